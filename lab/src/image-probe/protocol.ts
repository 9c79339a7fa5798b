import type { Outcome, TrialOptions } from './trial.ts';

/** What a probe's process is started with. */
export interface ProbeOptions extends TrialOptions {
  /** What goes wrong with every image. Tests use it to see that the probe notices. */
  readonly defect?: 'kill' | 'reject' | 'loop' | 'range-error';
}

export interface ProbeRequest {
  readonly source: Uint8Array;
  /** Sends back what was made. */
  readonly withOutputs: boolean;
}

/** What a picture did to the process. */
export interface ProbeAnswer {
  readonly kind: 'answer';
  /** Of two goes at the same time, as a function with two images in hand would: they must not differ. */
  readonly outcomes: readonly [Outcome, Outcome];
  readonly milliseconds: number;
  /** By how much the process's resident memory grew at most meanwhile, MiB; nothing where the system does not tell. */
  readonly grownMiB: number | undefined;
  /** What the engine said that one of them would take beside the process itself, MiB. */
  readonly estimatedMiB: number;
  /** By variant. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
}

/** The process did not survive it. */
export interface ProbeEnd {
  readonly kind: 'end';
  /** A signal, an exit code, or a deadline that passed. */
  readonly how: string;
  /** The last that it wrote. */
  readonly stderr: string;
}
