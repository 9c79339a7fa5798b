import { expect, test } from 'vitest';
import { beyondLimits } from './soak-limits.ts';
import type { SoakFigures } from './soak.ts';

const steady = {
  ...{ minutes: 15, uploads: 10_000, functionMiB: 150, stackMiB: 200, drainSeconds: 1 },
  ...{ functionGrowth: 0.4, stackGrowth: -0.2, throughputRatio: 0.97, filesGained: 0 },
};
const burst = { messages: 5000, seconds: 40, deadLetters: 0 };
const flood = { goodAlone: 20, goodInFlood: 14, share: 0.7 };

test.each<[Partial<SoakFigures>, string[]]>([
  [{}, []],
  [
    { steady: { ...steady, functionGrowth: 9 } },
    ["the function's process grows by 9 MiB a minute"],
  ],
  [{ steady: { ...steady, stackGrowth: 9 } }, ["the stack's process grows by 9 MiB a minute"]],
  [{ steady: { ...steady, minutes: 1, functionGrowth: 9, stackGrowth: 9 } }, []],
  [{ steady: { ...steady, throughputRatio: 0.2 } }, ['the pace falls to 0.2 of what it was']],
  [{ steady: { ...steady, filesGained: 20 } }, ['20 more file descriptors are open than before']],
  [{ burst: { ...burst, deadLetters: 1 } }, ['1 messages of the burst were given up']],
  [{ flood: { ...flood, share: 0.1 } }, ['corrupt uploads leave the good ones 0.1 of their pace']],
])('%j', (changed, problems) => {
  expect(beyondLimits({ steady, burst, flood, ...changed })).toEqual(problems);
});
