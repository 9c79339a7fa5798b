import { FUNCTION_MEMORY, type SoakFigures } from './soak.ts';

/** Uploads. With fewer, growth cannot be distinguished from the warm-up. */
const LEAST_UPLOADS_FOR_GROWTH = 10_000;
/** MiB per 1,000 uploads. A process that kept what it reads and writes would grow by far more. */
const MOST_GROWTH = 2;
/** MiB: three times what the local stack has after 15 minutes. */
const MOST_STACK_MIB = 1100;
const MOST_FILES_GAINED = 8;

/**
 * Compares the figures that do not depend on the machine's speed with their limits. Rates and durations are reported only.
 * @returns one sentence for each figure above its limit
 */
export function soakProblems({ steady, deadLetters }: SoakFigures): string[] {
  const showsGrowth = steady.uploads >= LEAST_UPLOADS_FOR_GROWTH;
  const limits: readonly (readonly [boolean, string])[] = [
    [
      showsGrowth && steady.functionGrowth > MOST_GROWTH,
      `the function's process grows by ${steady.functionGrowth} MiB per 1,000 uploads`,
    ],
    [
      showsGrowth && steady.stackGrowth > MOST_GROWTH,
      `the stack's process grows by ${steady.stackGrowth} MiB per 1,000 uploads`,
    ],
    [
      steady.functionMiB > FUNCTION_MEMORY,
      `the function's process has ${steady.functionMiB} MiB, more than function.memory`,
    ],
    [
      steady.stackMiB > MOST_STACK_MIB,
      `the stack's process has ${steady.stackMiB} MiB, more than ${MOST_STACK_MIB}`,
    ],
    [
      steady.filesGained > MOST_FILES_GAINED,
      `${steady.filesGained} more files are open than before`,
    ],
    [
      steady.connectionsGained > MOST_FILES_GAINED,
      `${steady.connectionsGained} more connections are open than before`,
    ],
    [deadLetters > 0, `${deadLetters} messages are in the dead-letter queue`],
  ];
  return limits.flatMap(([isExceeded, problem]) => (isExceeded ? [problem] : []));
}
