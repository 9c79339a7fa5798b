/** Uploads that arrive during a time. */
export interface ArrivalPhase {
  /** Start, seconds. */
  readonly from: number;
  /** Duration, seconds. With 0, all uploads arrive at once. */
  readonly seconds: number;
  /** A whole number. */
  readonly uploads: number;
}

/** @yields the arrivals in the order of their time */
export function* arrivalsOf(
  phases: readonly ArrivalPhase[],
  spacing: 'even' | 'random',
  random: () => number,
): Generator<{ readonly at: number; readonly count: number }, void> {
  for (const { from, seconds, uploads } of phases) {
    if (uploads === 0) continue;
    if (seconds === 0) {
      yield { at: from, count: uploads };
      continue;
    }
    // Sorted uniform times, one after the other: the arrivals of a Poisson process if their number is known.
    let passed = 0;
    for (let index = 0; index < uploads; index++) {
      passed =
        spacing === 'even'
          ? index / uploads
          : 1 - (1 - passed) * (1 - random()) ** (1 / (uploads - index));
      yield { at: from + passed * seconds, count: 1 };
    }
  }
}
