import { PipelineError } from '../contract/codes.ts';

/** What one upload holds of the budget; it may ask for more once. */
export interface MemoryShare {
  /**
   * Waits until the memory is free.
   * @param total MiB that the upload needs, including its current share
   * @throws PipelineError `TIMEOUT` if the signal is aborted before
   */
  grow(total: number): Promise<void>;
}

/**
 * The memory of one function, shared by uploads in the order of their arrival.
 *
 * Only one upload at a time is read and inspected. All others already hold the memory that they need and end without
 * waiting. Then the inspected upload gets its memory. A deadlock is therefore impossible.
 */
export class MemoryBudget {
  /** MiB that one upload may have at most. */
  readonly capacity: number;
  #used = 0;
  /** Ends when the upload before has been looked at. */
  #lookedAt: Promise<void> = Promise.resolve();
  #wake = Promise.withResolvers<void>();

  constructor(mebibytes: number) {
    this.capacity = mebibytes;
  }

  /** MiB that are promised to uploads. */
  get used(): number {
    return this.#used;
  }

  /**
   * @param reading MiB that reading the upload takes, at most `capacity`
   * @param work has that much until it asks for more, and holds it until it has settled
   * @throws what `work` throws, or PipelineError `TIMEOUT` where the signal is aborted while waiting
   */
  async use<T>(
    reading: number,
    signal: AbortSignal | undefined,
    work: (share: MemoryShare) => Promise<T>,
  ): Promise<T> {
    const before = this.#lookedAt;
    const own = Promise.withResolvers<void>();
    this.#lookedAt = before.then(() => own.promise);
    let held = 0;
    const take = async (mebibytes: number) => {
      await this.#free(mebibytes - held, signal);
      this.#used += mebibytes - held;
      held = mebibytes;
    };
    try {
      await orAborted(before, signal);
      await take(reading);
      return await work({
        async grow(total) {
          await take(Math.max(held, total));
          own.resolve();
        },
      });
    } finally {
      own.resolve();
      this.#used -= held;
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    }
  }

  /** Only one upload at a time waits here. */
  async #free(mebibytes: number, signal: AbortSignal | undefined): Promise<void> {
    while (this.#used + mebibytes > this.capacity) await orAborted(this.#wake.promise, signal);
  }
}

async function orAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  const late = () =>
    new PipelineError('TIMEOUT', 'no memory became free in time', { cause: signal.reason });
  if (signal.aborted) throw late();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(late());
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
