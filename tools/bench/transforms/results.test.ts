import { expect, test } from 'vitest';
import { verdictOf } from './aims.ts';
import type { Measured } from './measured.ts';
import { byteRatio, cpuRatio, rowOf, type SourceResult } from './results.ts';
import { rotated } from './run.ts';

const took = (cpu: number): Measured => ({ cpu, wall: cpu, peak: 100 });

function result(ours: readonly number[], theirs: readonly number[]): SourceResult {
  const quality = { ssim: 0.9, psnr: 40 };
  return {
    sourceClass: 'plain',
    photo: 'photo.jpg',
    width: 100,
    height: 100,
    trials: [
      { contestant: 'ours', rounds: ours.map(took), files: { bytes: 90, ...quality } },
      { contestant: 'theirs', rounds: theirs.map(took), files: { bytes: 100, ...quality } },
    ],
    derivation: { derived: quality, direct: quality },
  };
}

test('a photo counts with the median of its rounds, each a ratio of its own', () => {
  // The machine was busy in the second round, for both.
  const photo = result([1, 5, 1], [2, 10, 2.2]);
  expect(cpuRatio([photo], 'theirs', 'ours')).toEqual({ mean: 2, least: 2, most: 2 });
  expect(rowOf([photo], 'ours')).toMatchObject({ cpu: 1, bytes: 90 });
  expect(byteRatio([photo], 'ours', 'theirs').mean).toBeCloseTo(0.9);
});

test('photos are averaged, and the extremes are told', () => {
  const { mean, least, most } = cpuRatio([result([1], [1]), result([1], [4])], 'theirs', 'ours');
  expect({ mean, least, most }).toEqual({ mean: expect.closeTo(2), least: 1, most: 4 });
});

test('who did not run has no figures', () => {
  expect(() => rowOf([result([1], [1])], 'nobody')).toThrow(/nobody has not run on photo.jpg/);
});

test('an aim is met, or missed by a share of it', () => {
  expect(verdictOf(2.1, 2, 'more')).toBe('met');
  expect(verdictOf(1.5, 2, 'more')).toBe('missed by 25.0 %');
  expect(verdictOf(1.05, 1.05, 'less')).toBe('met');
  expect(verdictOf(1.155, 1.05, 'less')).toBe('missed by 10.0 %');
});

test('each round begins with another contestant', () => {
  expect(rotated(['a', 'b', 'c'], 0)).toEqual(['a', 'b', 'c']);
  expect(rotated(['a', 'b', 'c'], 4)).toEqual(['b', 'c', 'a']);
  expect(rotated([], 4)).toEqual([]);
});
