/** The rules that users have as a policy pack (`apps/policy`), on the program with all settings that we can think of. */
import { RULES, violations } from '@darkroom/policy';
import { parseSettings, type SettingsInput } from '@darkroom/pipeline';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { arbitrarySettings, type Acceptance } from './testing/arbitrary-settings.ts';
import { policyStack } from './testing/policy-stack.ts';
import { runWithMocks, type MockedDeployment } from './testing/run-with-mocks.ts';
import { settingsOf, stacks } from './testing/stack-files.ts';

const RUNS = 200;
/** Of all that is generated; fewer would mean that whole kinds of settings never come. */
const LEAST_ACCEPTED = 0.2;

/**
 * Pulumi notes where each of its promises was made; with Vitest's source maps that takes four fifths of a run. What the
 * program warns of is no matter here.
 */
async function deployQuickly(settings: SettingsInput): Promise<MockedDeployment> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    return await deploy(settings);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    warnings.mockRestore();
  }
}

function deploy(settings: SettingsInput): Promise<MockedDeployment> {
  // Under mocks nobody opens the package.
  return runWithMocks(() => new ImagePipeline('photos', { ...settings, packageDir: '.' }));
}

/** What hangs on settings, and so is no rule for every stack. */
function expectProtected({ resources }: MockedDeployment, input: SettingsInput): void {
  const { protect } = parseSettings(input, 'the test').storage;
  for (const { type, name, ...options } of resources)
    if (/:(?:Bucket|Key)$/.test(type))
      expect({ name, protect: options.protect, retainOnDelete: options.retainOnDelete }).toEqual({
        ...{ name, protect, retainOnDelete: protect },
      });
}

test.each(stacks)('the stack %s keeps every rule', async (stack) => {
  const settings = settingsOf(stack);
  const deployment = await deploy(settings);
  expect(violations(RULES, policyStack(deployment))).toEqual([]);
  expectProtected(deployment, settings);
});

test(`${RUNS} generated stacks keep every rule`, { timeout: 1_800_000 }, async () => {
  const acceptance: Acceptance = { generated: 0, accepted: 0 };
  const seen = new Set<string>();
  const begun = process.cpuUsage();
  await fc.assert(
    fc.asyncProperty(arbitrarySettings(acceptance), async (settings) => {
      const deployment = await deployQuickly(settings);
      for (const { type } of deployment.resources) seen.add(type);
      expect(violations(RULES, policyStack(deployment))).toEqual([]);
      expectProtected(deployment, settings);
    }),
    // On failure fast-check prints the seed, and settings as small as will still fail.
    { numRuns: RUNS, endOnFailure: false },
  );
  const { user, system } = process.cpuUsage(begun);
  console.log(
    `${RUNS} stacks of ${seen.size} resource types in ${((user + system) / 1e6).toFixed(1)} s of CPU; ` +
      `${acceptance.accepted} of ${acceptance.generated} generated settings were valid`,
  );
  expect(acceptance.accepted / acceptance.generated).toBeGreaterThan(LEAST_ACCEPTED);
});
