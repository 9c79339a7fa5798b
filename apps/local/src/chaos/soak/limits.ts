import type { SoakFigures } from './soak.ts';

/**
 * What a soak must not pass. Wide, since machines are noisy and short runs see the allocator's steps: a leak of one
 * picture's bytes for each upload is far beyond them.
 */
const MOST_GROWTH_MIB_A_MINUTE = 8;
const LEAST_THROUGHPUT_RATIO = 0.4;
const MOST_FILES_GAINED = 8;
/** Half is the corrupt uploads' share; the rest is noise. */
const LEAST_SHARE = 0.3;

/** @returns one sentence for each figure that is beyond its limit */
export function beyondLimits({ steady, burst, flood }: SoakFigures, settled: boolean): string[] {
  const problems: string[] = [];
  const require = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  // A minute is too short to tell growth from warming up: then only the figures are told.
  if (settled) {
    require(steady.functionGrowth <= MOST_GROWTH_MIB_A_MINUTE, `the function's process grows by ${steady.functionGrowth} MiB a minute`);
    require(steady.stackGrowth <= MOST_GROWTH_MIB_A_MINUTE, `the stack's process grows by ${steady.stackGrowth} MiB a minute`);
  }
  require(steady.throughputRatio >= LEAST_THROUGHPUT_RATIO, `it slows down to ${steady.throughputRatio} of its pace`);
  require(steady.filesGained <= MOST_FILES_GAINED, `${steady.filesGained} more file descriptors are open`);
  require(burst.deadLetters === 0, `${burst.deadLetters} messages of the burst were given up`);
  require(flood.share >= LEAST_SHARE, `corrupt uploads slow the good ones down to ${flood.share}`);
  return problems;
}
