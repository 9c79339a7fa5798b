import { expect, test } from 'vitest';
import type { Trial } from '../contestants/run-contestant.ts';
import { rotated, rowsOf } from './run-jobs.ts';

const took = (cpu: number): Trial => ({ cpu, wall: cpu, peak: 100, bytes: 10 });

test('a contestant counts with the median of its ratios, each of one round', () => {
  // The machine was busy in the second round, for both.
  const rows = rowsOf(
    new Map([
      ['engine', [took(1), took(5), took(1.1)]],
      ['sharp', [took(2), took(10), took(2)]],
    ]),
  );
  expect(rows).toMatchObject([
    { contestant: 'engine', cpu: 1.1, ratio: 0.5 },
    { contestant: 'sharp', cpu: 2, ratio: 1 },
  ]);
});

test('a report without bare sharp has no ratios', () => {
  expect(rowsOf(new Map([['function', [took(1)]]]))[0]).not.toHaveProperty('ratio');
});

test('each round begins with another contestant', () => {
  expect(rotated(['a', 'b', 'c'], 0)).toEqual(['a', 'b', 'c']);
  expect(rotated(['a', 'b', 'c'], 4)).toEqual(['b', 'c', 'a']);
  expect(rotated([], 4)).toEqual([]);
});
