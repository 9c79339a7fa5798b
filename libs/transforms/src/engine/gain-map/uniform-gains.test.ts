import { expect, test } from 'vitest';
import { type GainMapMetadata, withUniformGains } from './gain-map-metadata.ts';

const METADATA: GainMapMetadata = {
  gainMapMin: [0, 0, 0],
  gainMapMax: [2, 2, 2],
  gamma: [1.5, 1.5, 1.5],
  offsetSdr: [0, 0, 0],
  offsetHdr: [0, 0, 0],
  hdrCapacityMin: 0,
  hdrCapacityMax: 2,
};

/** The gain of a map's value, log2. */
function gainOf(
  { gainMapMin, gainMapMax, gamma }: GainMapMetadata,
  channel: 0 | 1 | 2,
  value: number,
) {
  const recovery = (value / 255) ** (1 / gamma[channel]);
  return gainMapMin[channel] + recovery * (gainMapMax[channel] - gainMapMin[channel]);
}

test('keeps gains that are equal for all channels', () => {
  expect(withUniformGains(METADATA)).toEqual({ metadata: METADATA });
});

test('gains are the same when all channels have one range', () => {
  const given: GainMapMetadata = {
    ...METADATA,
    gainMapMin: [-1, 0, 0.5],
    gainMapMax: [2, 3, 2.5],
    gamma: [1, 2, 0.5],
  };
  const { metadata, tables } = withUniformGains(given);
  expect(metadata).toMatchObject({
    gainMapMin: [-1, -1, -1],
    gainMapMax: [3, 3, 3],
    gamma: [1, 1, 1],
  });
  // Half of one of 255 steps.
  const rounding = (0.5 * (3 + 1)) / 255 + 1e-9;
  for (const channel of [0, 1, 2] as const) {
    for (let value = 0; value < 256; value++) {
      const stored = tables?.[channel][value] ?? -1;
      const off = gainOf(metadata, channel, stored) - gainOf(given, channel, value);
      expect(Math.abs(off)).toBeLessThanOrEqual(rounding);
    }
  }
});

test('an empty range does not divide by zero', () => {
  const flat: GainMapMetadata = { ...METADATA, gainMapMin: [2, 2, 2], gamma: [1, 2, 1] };
  expect(withUniformGains(flat).tables?.[1].every((value) => value === 0)).toBe(true);
});
