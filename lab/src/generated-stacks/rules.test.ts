/** The rules of the policy pack (`apps/policy`), on the component with generated settings. */
import { ImagePipeline } from '@darkroom/infra';
import {
  brokenRules,
  dataOptions,
  runWithMocks,
  type MockedDeployment,
} from '@darkroom/infra/testing';
import { parseSettings, type SettingsInput } from '@darkroom/pipeline';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { arbitrarySettings, type Acceptance } from './arbitrary-settings.ts';

const RUNS = 200;
/** Share of the generated settings that are valid. If it falls, the generator misses whole kinds of settings. */
const LEAST_ACCEPTED = 0.2;

/**
 * Pulumi captures a stack trace for each promise. With Vitest's source maps these take four fifths of a run's time, so
 * stack traces are off. Warnings of the program do not matter here.
 */
async function deployQuickly(settings: SettingsInput): Promise<MockedDeployment> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    return await runWithMocks(() => new ImagePipeline('photos', { ...settings, packageDir: '.' }));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    warnings.mockRestore();
  }
}

test(`${RUNS} generated stacks keep every rule`, { timeout: 1_800_000 }, async () => {
  const acceptance: Acceptance = { generated: 0, accepted: 0 };
  const seen = new Set<string>();
  const begun = process.cpuUsage();
  await fc.assert(
    fc.asyncProperty(arbitrarySettings(acceptance), async (settings) => {
      const deployment = await deployQuickly(settings);
      for (const { type } of deployment.resources) seen.add(type);
      expect(brokenRules(deployment)).toEqual([]);
      const { protect } = parseSettings(settings, 'the test').storage;
      for (const { name, ...options } of dataOptions(deployment))
        expect({ name, ...options }).toEqual({ name, protect, retainOnDelete: protect });
    }),
    // On failure fast-check prints the seed and the smallest settings that still fail.
    { numRuns: RUNS, endOnFailure: false },
  );
  const { user, system } = process.cpuUsage(begun);
  console.log(
    `${RUNS} stacks of ${seen.size} resource types in ${((user + system) / 1e6).toFixed(1)} s of CPU; ` +
      `${acceptance.accepted} of ${acceptance.generated} generated settings were valid`,
  );
  // The function exists only if the generator also makes choices.
  expect(seen).toContain('aws:cloudfront/function:Function');
  expect(acceptance.accepted / acceptance.generated).toBeGreaterThan(LEAST_ACCEPTED);
});
