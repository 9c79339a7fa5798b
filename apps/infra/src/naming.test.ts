import type { SettingsInput } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { ImagePipeline, type ImagePipelineArgs } from './image-pipeline.ts';
import { type MockedDeployment, runWithMocks } from './testing/run-with-mocks.ts';

// With `packageDir` the component builds nothing. Mocks do not open the package.
const packageDir = import.meta.dirname;
const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];

function deploy(args: ImagePipelineArgs, name: string): Promise<MockedDeployment> {
  return runWithMocks(() => new ImagePipeline(name, { packageDir, ...args }));
}

test.each(['Photos', 'my_photos', '-photos', 'photos-', '4photos', 'p'.repeat(41)])(
  'rejects the name %j',
  async (name) => {
    await expect(deploy({ recipes }, name)).rejects.toThrow(
      /^ImagePipeline ".*": a name is 1 to 40/,
    );
  },
);

test('the longest name leaves room for every suffix', async () => {
  const longest = 'p'.repeat(40);
  const { resources } = await deploy(
    { recipes, delivery: {}, events: {}, source: { bucket: 'uploads' } },
    longest,
  );
  // Pulumi adds a hyphen and seven digits. A bucket name has at most 63 characters; names of functions, roles and rules
  // have at most 64.
  for (const { type, name } of resources)
    if (!/Alarm|Policy|Configuration|Block|Controls|Dashboard|Query|Target/.test(type))
      expect(`${name}-0a1b2c3`.length, type).toBeLessThanOrEqual(63);
});
