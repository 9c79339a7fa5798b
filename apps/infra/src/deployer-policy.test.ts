import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { DEPLOYER_ACTIONS, deployerPolicy } from './deployer-policy.ts';
import { ImagePipeline } from './image-pipeline.ts';
import { runWithMocks } from './testing/run-with-mocks.ts';
import { workspace } from './testing/stack-files.ts';

const variants = ['webp', 'jpeg'].map((format) => ({
  name: `w640-${format}`,
  steps: [{ resize: { width: 640 } }, { encode: { format } }],
}));
/** Together they use every feature. */
const PROGRAMS: Partial<SettingsInput>[] = [
  {
    encryption: { kms: true },
    events: {},
    source: { cors: { origins: ['*'] } },
    alarms: { receivers: [{ email: 'ops@example.org' }] },
    delivery: {
      choices: { photos: { w640: ['w640-webp', 'w640-jpeg'] } },
      domain: { zone: 'example.com' },
    },
  },
  { source: { bucket: 'holiday-photos' } },
];

test('has a row for each type that the program uses, and no other', async () => {
  const used = new Set<string>();
  for (const settings of PROGRAMS) {
    const recipes = [{ name: 'photos', variants }] as SettingsInput['recipes'];
    const { resources } = await runWithMocks(
      () => new ImagePipeline('photos', { recipes, packageDir: '.', ...settings }),
    );
    for (const { type } of resources) if (type.startsWith('aws:')) used.add(type);
  }
  expect(Object.keys(DEPLOYER_ACTIONS).sort()).toEqual([...used].sort());
});

test('allows named actions only, and nothing twice', () => {
  for (const { Action } of deployerPolicy().Statement) {
    for (const action of Action) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
    expect(new Set(Action).size).toBe(Action.length);
  }
  expect(() => deployerPolicy(['aws:ec2/vpc:Vpc'])).toThrow(/Which actions does aws:ec2/);
});

test('is the document in docs', async () => {
  const text = `${JSON.stringify(deployerPolicy(), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(path.join(workspace, 'docs/deployer-policy.json'));
});
