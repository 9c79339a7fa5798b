/** What one upload took. */
export interface Measured {
  /** Seconds of processors, user and system, all threads together. */
  readonly cpu: number;
  /** Seconds by the clock. */
  readonly wall: number;
  /** The most memory that the process had, MiB. */
  readonly peak: number;
  /** Of the outputs. */
  readonly bytes: number;
}
