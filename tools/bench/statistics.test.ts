import { expect, test } from 'vitest';
import { fastest, median } from './statistics.ts';

test('one slow run changes neither the fastest nor the median', () => {
  expect(fastest([12, 10, 11, 900])).toBe(10);
  expect(median([12, 10, 11, 900])).toBe(11);
  expect(median([7])).toBe(7);
});

test('of nothing there is no median', () => {
  expect(() => median([])).toThrow(RangeError);
});
