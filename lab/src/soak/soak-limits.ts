import type { SoakFigures } from './soak.ts';

/** Shorter, growth cannot be told from warming up, minutes. */
const SETTLED_MINUTES = 5;
/** Wide, since machines are noisy: a process that kept what it has read and written would be far beyond. */
const MOST_GROWTH_MIB_A_MINUTE = 5;
const LEAST_THROUGHPUT_RATIO = 0.4;
const MOST_FILES_GAINED = 8;
/** Half is the corrupt uploads' share; the rest is noise. */
const LEAST_SHARE = 0.3;

/** @returns one sentence for each figure that is beyond its limit; memory only where the run was long enough to tell */
export function beyondLimits({ steady, burst, flood }: SoakFigures): string[] {
  const isSettled = steady.minutes >= SETTLED_MINUTES;
  const limits: readonly (readonly [boolean, string])[] = [
    [
      isSettled && steady.functionGrowth > MOST_GROWTH_MIB_A_MINUTE,
      `the function's process grows by ${steady.functionGrowth} MiB a minute`,
    ],
    [
      isSettled && steady.stackGrowth > MOST_GROWTH_MIB_A_MINUTE,
      `the stack's process grows by ${steady.stackGrowth} MiB a minute`,
    ],
    [
      steady.throughputRatio < LEAST_THROUGHPUT_RATIO,
      `the pace falls to ${steady.throughputRatio} of what it was`,
    ],
    [
      steady.filesGained > MOST_FILES_GAINED,
      `${steady.filesGained} more file descriptors are open than before`,
    ],
    [burst.deadLetters > 0, `${burst.deadLetters} messages of the burst were given up`],
    [flood.share < LEAST_SHARE, `corrupt uploads leave the good ones ${flood.share} of their pace`],
  ];
  return limits.flatMap(([isBeyond, problem]) => (isBeyond ? [problem] : []));
}
