import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Tinypool } from 'tinypool';
import type { RenderedPhoto, RenderTask } from './render-photo.ts';

/** The worker's module has the extension of this one, in the repository and in the package. */
const WORKER = new URL(`./render-photo${path.extname(import.meta.filename)}`, import.meta.url);

/** Worker processes that render one photo at a time each. */
export class RenderPool {
  readonly #pool: Tinypool;

  /** @param processes number of them; an idle pool keeps them */
  constructor(processes: number) {
    this.#pool = new Tinypool({
      filename: WORKER,
      runtime: 'child_process',
      // As many at least: the pool then replaces a process that ended.
      minThreads: processes,
      maxThreads: processes,
      // As in the function: it keeps the memory of glibc's heaps low.
      env: { ...environment(), MALLOC_ARENA_MAX: '2' },
    });
    // Without a listener, the end of an idle process would end this one.
    this.#pool.on('error', () => undefined);
  }

  /**
   * A photo whose process ends is `failed`. An aborted signal ends the process.
   *
   * @throws the reason of the signal when it is aborted
   */
  async render(task: RenderTask, signal: AbortSignal): Promise<RenderedPhoto> {
    signal.throwIfAborted();
    return (this.#pool.run(task, { signal }) as Promise<RenderedPhoto>).catch((error: unknown) => {
      signal.throwIfAborted();
      return crashed(error);
    });
  }

  /** Rejects if a process ends without a photo, for example at its start. */
  broken(): Promise<never> {
    return new Promise<never>((_, reject) => this.#pool.on('error', reject));
  }

  stop(): Promise<void> {
    return this.#pool.destroy();
  }
}

/**
 * Renders photos in processes on all CPUs.
 *
 * @param onDone called with the index of each finished task
 * @throws the reason of the signal when it is aborted
 */
export async function renderAll(
  tasks: readonly RenderTask[],
  {
    signal,
    onDone = () => {},
  }: {
    readonly signal: AbortSignal;
    readonly onDone?: (index: number, photo: RenderedPhoto) => void;
  },
): Promise<RenderedPhoto[]> {
  signal.throwIfAborted();
  const pool = new RenderPool(Math.max(1, Math.min(availableParallelism(), tasks.length)));
  try {
    const photos = Promise.all(
      tasks.map(async (task, index) => {
        const photo = await pool.render(task, signal);
        onDone(index, photo);
        return photo;
      }),
    );
    return await Promise.race([photos, pool.broken()]);
  } finally {
    await pool.stop();
  }
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

function crashed(error: unknown): RenderedPhoto {
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: 'failed',
    error: { code: 'INTERNAL', message },
    ...{ variants: [], skipped: [], cpuMs: 0, uploadBytes: 0, outputBytes: 0 },
    ...{ writes: 0, reads: 0, memory: 0 },
  };
}
