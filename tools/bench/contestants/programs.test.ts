import { expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import { childrenCpu, measureProgram } from './measure-program.ts';

test('the last line of times is the children: user and system', () => {
  expect(childrenCpu('4711\n0m0.010s 0m0.020s\n1m1.250s 0m0.500s\n')).toBeCloseTo(61.75);
  // As dash prints it.
  expect(childrenCpu('4711\n0m0.010000s 0m0.020000s\n0m1.250000s 0m0.500000s')).toBeCloseTo(1.75);
});

test('a program is measured from outside', async () => {
  const work = 'const until = Date.now() + 100; while (Date.now() < until);';
  const { cpu, wall } = await measureProgram(process.execPath, ['--eval', work]);
  expect(cpu).toBeGreaterThan(0);
  expect(wall).toBeGreaterThanOrEqual(0.1);
});

test('a program that fails is an error with its words', async () => {
  const failing = measureProgram(process.execPath, [
    '--eval',
    'console.error("no"); process.exit(3)',
  ]);
  await expect(failing).rejects.toThrow(/ended with 3: no/);
});

test('a stand-in is no ImageMagick', () => {
  const [imagemagick] = PROGRAMS;
  expect(imagemagick?.version.exec('ImageMagick is not installed here')).toBeNull();
  expect(imagemagick?.version.exec('Version: ImageMagick 7.1.1-43 Q16-HDRI')?.[1]).toBe('7.1.1-43');
});
