import { expect, test } from 'vitest';
import { OUTPUT_FORMATS } from '@darkroom/transforms';
import { describeFinding, fuzzImages } from './fuzz-images.ts';

/** Of each format; on a slow machine the budget ends it earlier. */
const CASES = 500;
/** Milliseconds. */
const BUDGET = 60_000;

test('mutated pictures end in an outcome of the contract', { timeout: 600_000 }, async () => {
  const seed = Number(process.env['DARKROOM_SEED'] ?? Date.now() % 2 ** 31);
  const { findings, ...figures } = await fuzzImages({
    seed,
    formats: OUTPUT_FORMATS,
    cases: CASES,
    until: Date.now() + BUDGET,
    processes: 2,
  });
  console.log(`Seed ${seed}`, figures);
  expect(findings.map(describeFinding)).toEqual([]);
  expect(figures.cases).toBeGreaterThan(0);
});
