/** A short run of the chaos rig: `npm run lab -- chaos`. A failing run prints the command that repeats it. */
import { expect, test } from 'vitest';
import { runChaos } from './chaos.ts';
import { describeViolations } from './chaos-command.ts';

/** Milliseconds; only ends a test that hangs. */
const TIMEOUT = 3_600_000;

test('loses nothing under faults and kills', { timeout: TIMEOUT }, async () => {
  const seed = Number(process.env['DARKROOM_SEED'] ?? Date.now() % 2 ** 31);
  const result = await runChaos({ seed, operations: 240, kills: 24, faultRate: 0.02 });
  expect(result.violations.length, describeViolations(result)).toBe(0);
  expect(result.figures).toMatchObject({ operations: 240, functionKills: 22, stackKills: 2 });
  const faults = Object.values(result.figures.faults).reduce((sum, count) => sum + count, 0);
  expect(faults).toBeGreaterThan(0);
});
