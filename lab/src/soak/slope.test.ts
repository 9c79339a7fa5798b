import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slope } from './steady-load.ts';

test('returns the slope of the line for points on a line', () => {
  const number = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(number, number, fc.uniqueArray(number, { minLength: 2 }), (a, b, xs) => {
      expect(slope(xs.map((x) => ({ x, y: a * x + b })))).toBeCloseTo(a, 6);
    }),
  );
});

test('returns 0 for noise around a level, for one point and for no points', () => {
  expect(slope([0, 1, 2, 3, 4, 5, 6].map((x) => ({ x, y: 100 + (x % 2) })))).toBeCloseTo(0, 1);
  expect(slope([{ x: 3, y: 4 }])).toBe(0);
  expect(slope([])).toBe(0);
});
