import { expect, test } from 'vitest';
import { hlgDecode, pqDecode, toneMap, toneMapper } from './tone-mapping.ts';

test('PQ and HLG agree on the reference levels of ITU-R BT.2408-7, table 1', () => {
  // Diffuse white is 203 cd/m²: 58% of PQ, 75% of HLG. The table rounds to whole percents.
  expect(pqDecode(0.58)).toBeCloseTo(203, -1);
  expect(1000 * hlgDecode(0.75) ** 1.2).toBeCloseTo(203, 0);
  expect(pqDecode(1)).toBeCloseTo(10_000, 3);
  expect(hlgDecode(1)).toBeCloseTo(1, 6);
});

test('dark tones stay, and the peak becomes the white of SDR', () => {
  for (const luminance of [0, 1, 50, 85]) expect(toneMap(luminance)).toBeCloseTo(luminance, 6);
  expect(toneMap(1000)).toBeCloseTo(203, 3);
  expect(toneMap(10_000)).toBeCloseTo(203, 3);
  const levels = Array.from({ length: 100 }, (_, index) => toneMap(10 * index));
  expect(levels.toSorted((a, b) => a - b)).toEqual(levels);
});

test.each([
  // 26 cd/m² of 203 are 0.128 of SDR's light, which is 101 of 255; both code 26 cd/m² as 0.38.
  ['PQ', 16, 0.38, 101],
  ['HLG', 18, 0.38, 101],
])('grey of %s has the level that its luminance has in sRGB', (_, transfer, value, level) => {
  const code = Math.round(65_535 * value);
  const out = new Uint8Array(3);
  toneMapper({ primaries: 9, transfer }, 65_535)(code, code, code, out, 0);
  for (const channel of out) expect(Math.abs(channel - level)).toBeLessThanOrEqual(2);
});
