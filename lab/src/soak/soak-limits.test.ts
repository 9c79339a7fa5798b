import { expect, test } from 'vitest';
import { soakProblems } from './soak-limits.ts';
import type { SoakFigures } from './soak.ts';

const steady = {
  ...{ minutes: 15, uploads: 40_000, functionMiB: 700, stackMiB: 350, drainSeconds: 1 },
  ...{ functionGrowth: 0.4, stackGrowth: -0.2, filesGained: 0, connectionsGained: 0 },
  throughputRatio: 0.97,
};
const burst = { messages: 5000, seconds: 40 };
const flood = { validAlone: 20, validInFlood: 14, ratio: 0.7 };

test.each<[Partial<SoakFigures>, string[]]>([
  [{}, []],
  [
    { steady: { ...steady, functionGrowth: 9 } },
    ["the function's process grows by 9 MiB per 1,000 uploads"],
  ],
  [
    { steady: { ...steady, stackGrowth: 9 } },
    ["the stack's process grows by 9 MiB per 1,000 uploads"],
  ],
  [{ steady: { ...steady, uploads: 1000, functionGrowth: 9, stackGrowth: 9 } }, []],
  [
    { steady: { ...steady, functionMiB: 4000 } },
    ["the function's process has 4000 MiB, more than function.memory"],
  ],
  [{ steady: { ...steady, stackMiB: 4000 } }, ["the stack's process has 4000 MiB, more than 1100"]],
  [{ steady: { ...steady, filesGained: 20 } }, ['20 more files are open than before']],
  [{ steady: { ...steady, connectionsGained: 20 } }, ['20 more connections are open than before']],
  [{ deadLetters: 1 }, ['1 messages are in the dead-letter queue']],
  // A slow machine is not a defect.
  [{ steady: { ...steady, throughputRatio: 0.01, drainSeconds: 1000 } }, []],
  [{ flood: { validAlone: 20, validInFlood: 0.2, ratio: 0.01 } }, []],
])('%j', (changed, problems) => {
  expect(soakProblems({ steady, burst, flood, deadLetters: 0, ...changed })).toEqual(problems);
});
