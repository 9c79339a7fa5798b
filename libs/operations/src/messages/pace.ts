import type { Clock } from '../clock.ts';
import { OperationError } from '../errors.ts';

/** Amazon SQS API reference, SendMessageBatch. */
export const MESSAGES_A_REQUEST = 10;
/** Slower, and what was received would reappear while it waits for its turn. */
const LEAST_PER_SECOND = 0.1;

/** Lets at most so many messages pass in a second. */
export class Pace {
  /** Messages that are best sent together: no more than those of one second, and of one request. */
  readonly batchSize: number;
  readonly #clock: Clock;
  readonly #millisecondsEach: number;
  #free = -Infinity;

  /**
   * @param perSecond 0.1 and more; `Infinity` is as fast as SQS takes them
   * @throws OperationError `INVALID_OPTION`
   */
  constructor(clock: Clock, perSecond: number) {
    if (!(perSecond >= LEAST_PER_SECOND))
      throw new OperationError(
        'INVALID_OPTION',
        `ratePerSecond is at least ${LEAST_PER_SECOND}, found ${perSecond}`,
      );
    this.batchSize = Math.min(MESSAGES_A_REQUEST, Math.max(1, Math.floor(perSecond)));
    this.#clock = clock;
    this.#millisecondsEach = 1000 / perSecond;
  }

  /** @returns false where the signal was aborted before these messages' turn came */
  async turn(messages: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    const now = this.#clock.now();
    const start = Math.max(now, this.#free);
    this.#free = start + messages * this.#millisecondsEach;
    if (start > now) await this.#clock.sleep(start - now, signal);
    return !signal?.aborted;
  }
}
