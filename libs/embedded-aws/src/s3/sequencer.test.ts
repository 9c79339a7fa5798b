import { expect, test } from 'vitest';

import { continueSequencerAfter, nextSequencer } from './sequencer.ts';

test('numbers grow, within a millisecond and after a clock that was set back', () => {
  const first = Array.from({ length: 1000 }, nextSequencer);
  expect(first).toEqual([...new Set(first)].sort());
  for (const number of first) expect(number).toMatch(/^[0-9A-F]{18}$/);
  const future = ((BigInt(Date.now()) + 3_600_000n) << 16n).toString(16).toUpperCase();
  continueSequencerAfter(future);
  continueSequencerAfter(first[0]);
  continueSequencerAfter(undefined);
  expect(BigInt(`0x${nextSequencer()}`)).toBe(BigInt(`0x${future}`) + 1n);
});
