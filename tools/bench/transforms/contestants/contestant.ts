import type { Output } from '../job.ts';

/** A file that a contestant has made. */
export interface Made {
  readonly output: Output;
  readonly bytes: Uint8Array;
}

/** A way to do the job in this process, from a file's bytes. */
export type DoJob = (source: Uint8Array) => Promise<readonly Made[]>;
