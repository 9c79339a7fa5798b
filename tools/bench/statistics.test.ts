import { expect, test } from 'vitest';
import { fastest, geometricMean, mean, median } from './statistics.ts';

test('one slow run changes neither the fastest nor the median', () => {
  expect(fastest([12, 10, 11, 900])).toBe(10);
  expect(median([12, 10, 11, 900])).toBe(11);
  expect(median([7])).toBe(7);
});

test('of nothing there is no median', () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => mean([])).toThrow(RangeError);
});

test('twice as fast and half as fast is equally fast', () => {
  expect(geometricMean([2, 0.5])).toBeCloseTo(1);
  expect(mean([2, 0.5])).toBe(1.25);
});
