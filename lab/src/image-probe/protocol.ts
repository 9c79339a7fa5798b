import type { Outcome, TrialOptions } from './trial.ts';

/** Options of a probe's process. */
export interface ProbeOptions extends TrialOptions {
  /** What goes wrong with every image. Tests use it to see that the probe notices. */
  readonly defect?: 'kill' | 'reject' | 'loop' | 'range-error';
}

export interface ProbeRequest {
  readonly source: Uint8Array;
  /** Whether to send the outputs back. */
  readonly withOutputs: boolean;
}

/** Result of a trial that the process survived. */
export interface ProbeAnswer {
  readonly kind: 'answer';
  /** Outcomes of two attempts at the same time, as in a function with two images; of SVG, in a row. They must be equal. */
  readonly outcomes: readonly [Outcome, Outcome];
  readonly milliseconds: number;
  /** Peak growth of the process's resident memory, MiB; undefined if the system does not report it. */
  readonly grownMiB: number | undefined;
  /** The engine's estimate for one attempt, in addition to the process itself, MiB. */
  readonly estimatedMiB: number;
  /** By variant. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
}

/** Result of a trial that ended the process. */
export interface ProbeEnd {
  readonly kind: 'end';
  /** A signal, an exit code, or an expired deadline. */
  readonly how: string;
  /** End of its standard error. */
  readonly stderr: string;
}
