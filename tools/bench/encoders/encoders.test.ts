import { expect, test } from 'vitest';
import { ArgumentsError } from '../arguments.ts';
import type { EncodedFile } from './encoders-report.ts';
import { adviceOf } from './encoders-page.ts';
import { bytesOf, ratioAt, valueAt } from './equal-quality.ts';
import { readPhotoSet } from './photo-set.ts';
import { butteraugliScore, dssimScores } from './scores.ts';

function file(
  format: EncodedFile['format'],
  [bytes, ssimulacra2]: readonly [number, number],
): EncodedFile {
  return {
    ...{ photo: 'one.png', format, series: 'balanced', quality: 80, bytes, pixels: 1000 },
    ...{ cpu: bytes / 1000, scores: { ssimulacra2 } },
  };
}

const jpegs = [file('jpeg', [100, 60]), file('jpeg', [400, 80])];
const webps = [file('webp', [80, 60]), file('webp', [320, 80])];
const score = { metric: 'ssimulacra2', score: 70, of: bytesOf } as const;
const jpeg = { format: 'jpeg', name: 'balanced' } as const;

test('bytes at a score are between those of two files, by their logarithms', () => {
  expect(valueAt(jpegs, 'ssimulacra2', 70, bytesOf)).toBeCloseTo(200);
  expect(valueAt(jpegs, 'ssimulacra2', 80, bytesOf)).toBeCloseTo(400);
});

test('a score that no file reaches has no bytes', () => {
  expect(valueAt(jpegs, 'ssimulacra2', 90, bytesOf)).toBeUndefined();
  expect(valueAt(jpegs, 'dssim', 0.001, bytesOf)).toBeUndefined();
  const report = { files: [...jpegs, file('avif', [10, 20])] };
  expect(ratioAt(report, { format: 'avif', name: 'balanced' }, jpeg, score)).toBeUndefined();
});

test('formats are compared at an equal score', () => {
  const files = [...jpegs, ...webps];
  expect(ratioAt({ files }, { format: 'webp', name: 'balanced' }, jpeg, score)).toBeCloseTo(0.8);
});

test('the advice has the bytes and the CPU time', () => {
  const machine = { processor: 'any', processors: 2, loadBefore: 0, loadHighest: 0 };
  const report = { date: '2026-01-01', minutes: 1, machine, versions: {}, missing: [] };
  expect(adviceOf({ ...report, files: [...jpegs, ...webps] })).toContain(
    'WebP takes 20 % fewer bytes than JPEG for 0.8 times its CPU time, and AVIF was not measured',
  );
});

test('the scores of the programs are read from what they print', () => {
  expect(dssimScores('0.00312000\ta.png\n0.01000000\tb.png\n')).toEqual([0.00312, 0.01]);
  expect(butteraugliScore('2.1500000000\n3-norm: 0.951000\n')).toBe(0.951);
  expect(() => butteraugliScore('Failed to decode')).toThrow(/Failed to decode/);
});

test('another folder than that of the photo set is an error of the arguments', async () => {
  await expect(readPhotoSet(undefined)).rejects.toThrow(ArgumentsError);
  await expect(readPhotoSet(import.meta.dirname)).rejects.toThrow(/01\.png is missing/);
});
