/** The stacks of this repository give their functions the memory that the photos of phones need. */
import { memoryWarning, parseSettings } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { readStackConfig } from '@darkroom/local-pulumi';
import { CHECKOUT } from '../testing/workspace.ts';

/** The largest that phones make, were it coded in the way that takes the most memory. */
const PHONE = { pixels: 50_000_000, bytes: 25_000_000, side: 10_000 };

test.each(['local', 'dev', 'prod'])('%s', async (stack) => {
  const { project, config } = await readStackConfig(CHECKOUT, stack);
  const settings = parseSettings(JSON.parse(config[`${project}:pipeline`] ?? ''), stack);
  const limits = { ...settings.limits, ...PHONE };
  expect(memoryWarning({ ...settings, limits })).toBeUndefined();
  // It would be said.
  const small = { ...settings.function, memory: 300 };
  expect(memoryWarning({ ...settings, limits, function: small })).toContain('function.memory');
});
