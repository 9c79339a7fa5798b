import { expect, test } from 'vitest';
import {
  count,
  formatAge,
  formatBytes,
  formatDuration,
  formatName,
  formatPixels,
  formatRatio,
  formatSaving,
  formatTakenAt,
} from './format.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [6120, '6.1 kB'],
  [9_960, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [2_481_234, '2.5 MB'],
  [12_345_678_901, '12 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [6120, 2_481_234, '0.2 %'],
  [1, 1_000_000, 'under 0.1 %'],
  [500, 1000, '50 %'],
  [1340, 1000, '134 %'],
  [10, 0, undefined],
])('%i of %i bytes are %s', (bytes, original, text) => {
  expect(formatRatio(bytes, original)).toBe(text);
});

test('a capture time is the clock on the wall, in whatever zone the page is', () => {
  expect(formatTakenAt('2024-05-01T12:03:04')).toBe('1 May 2024, 12:03');
  expect(formatTakenAt('0000:00:00')).toBeUndefined();
  expect(formatTakenAt('2024-13-41T12:03:04')).toBeUndefined();
});

test('the rest', () => {
  expect(formatName('webp')).toBe('WebP');
  expect(formatName('jxl')).toBe('jxl');
  expect(formatPixels(4032, 3024)).toBe('4032 × 3024');
  expect(formatDuration(812)).toBe('0.8 s');
  expect(formatDuration(61_400)).toBe('61 s');
  expect(count(1, 'variant')).toBe('1 variant');
  expect(count(7, 'variant')).toBe('7 variants');
});

test.each([
  [59, '59 s'],
  [180, '3 min'],
  [7200, '2 h'],
])('an age of %i seconds is %s', (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
});

test.each([
  [130, 1000, '−87 %'],
  [1120, 1000, '+12 %'],
  [10, 0, ''],
])('%i bytes instead of %i are %s', (bytes, original, text) => {
  expect(formatSaving(bytes, original)).toBe(text);
});
