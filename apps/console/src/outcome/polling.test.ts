import { expect, test } from 'vitest';
import { delayAfter } from './polling.ts';

test('asks soon at first, then ever less often, and never less than every five seconds', () => {
  const delays = Array.from({ length: 20 }, (_, index) => delayAfter(index + 1));
  expect(delays[0]).toBe(250);
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
  expect(Math.max(...delays)).toBe(5_000);
});

test('asks at most a dozen times in the first twenty seconds', () => {
  let elapsed = 0;
  let asked = 0;
  while (elapsed < 20_000) elapsed += delayAfter((asked += 1));
  expect(asked).toBeLessThanOrEqual(12);
});
