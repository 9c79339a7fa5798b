import { describe, expect, test } from 'vitest';
import { describeFinding, fuzzImages } from './fuzz-images.ts';
import { basesOf, FUZZED_FORMATS, FUZZED_STRUCTURES } from './image-case.ts';

/** Cases of each format. On a slow machine the budget ends the test earlier. */
const CASES = 500;
/** Milliseconds. */
const BUDGET = 60_000;

test('mutated images end in an outcome of the contract', { timeout: 3_600_000 }, async () => {
  // The same images every time: a new finding must not fail an unrelated change. The weekly workflow draws others.
  const seed = Number(process.env['DARKROOM_SEED'] ?? 1);
  const { findings, ...figures } = await fuzzImages({
    seed,
    formats: FUZZED_FORMATS,
    cases: CASES,
    until: Date.now() + BUDGET,
    processes: 2,
  });
  console.log(`Seed ${seed}`, figures);
  expect(findings.map(describeFinding)).toEqual([]);
  expect(figures.cases).toBeGreaterThan(0);
});

describe.each(FUZZED_FORMATS)('%s', (format) => {
  test('splitting a file and joining its pieces gives the same file', async () => {
    const { split, join } = FUZZED_STRUCTURES[format];
    for (const file of await basesOf(format)) {
      const pieces = split(file);
      expect(pieces.length).toBeGreaterThan(0);
      expect(join(pieces).equals(file)).toBe(true);
    }
  });
});
