import type { DecodeCost, ImageEngine } from '@darkroom/transforms';
import { PipelineError, type Code } from '../contract/codes.ts';

/** An upload whose decode costs more CPU seconds than this gets a process of its own. */
const ISOLATED_CPU_SECONDS = 5;
/** So does an upload that takes more than this share of the memory. */
const ISOLATED_MEMORY_SHARE = 0.5;

/** The upload has to wait until an engine in a process of its own is free for it. */
export class NeedsIsolation extends Error {
  override readonly name = 'NeedsIsolation';
}

/** The process that worked on an upload ended before it answered: killed at the deadline, or by the system. */
export class ProcessEnded extends PipelineError {
  constructor(code: Code & ('TIMEOUT' | 'INTERNAL'), message: string, cause?: unknown) {
    super(code, message, { cause });
  }
}

/** The engines of one attempt: the function's own, and one whose process is killed with the attempt's time. */
export interface Engines {
  readonly engine: ImageEngine;
  /** `later`: not now, but the upload may come again (`NeedsIsolation`). Left out, no upload is isolated. */
  readonly isolated?: ImageEngine | 'later' | undefined;
}

/** Decides which engine works on an upload, and what a killed process means for it. */
export class Isolation {
  readonly #engines: Engines;
  #isNeeded = false;

  constructor(engines: Engines) {
    this.#engines = engines;
  }

  /**
   * @param decoding nothing if the cost is unknown
   * @param of the upload: the part of the function's memory that it takes, from 0 to 1, and the CPU time of steps that
   * may take minutes, seconds
   * @throws NeedsIsolation
   */
  engineFor(
    decoding: DecodeCost | undefined,
    of: { readonly memoryShare?: number; readonly stepSeconds?: number } = {},
  ): ImageEngine {
    const { engine, isolated } = this.#engines;
    const { memoryShare = 0, stepSeconds = 0 } = of;
    this.#isNeeded ||=
      decoding === undefined ||
      decoding.cpuSeconds + stepSeconds > ISOLATED_CPU_SECONDS ||
      memoryShare > ISOLATED_MEMORY_SHARE;
    if (!this.#isNeeded || isolated === undefined) return engine;
    if (isolated === 'later') throw new NeedsIsolation('the upload needs a process of its own');
    return isolated;
  }

  /** @returns the `TOO_LARGE` to reject with if the upload's own process was killed again, or nothing */
  rejectionOf(cause: unknown, isRetry: boolean): PipelineError | undefined {
    if (!this.#isNeeded || !isRetry || !(cause instanceof ProcessEnded)) return undefined;
    return new PipelineError(
      'TOO_LARGE',
      `processing was stopped twice: ${cause.message}; a larger function.timeout or function.memory may do`,
      { cause, retryable: true },
    );
  }
}
