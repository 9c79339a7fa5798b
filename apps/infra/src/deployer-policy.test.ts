import path from 'node:path';
import { expect, test } from 'vitest';
import { DEPLOYER_ACTIONS, deployerPolicy } from './deployer-policy.ts';
import { ImagePipeline } from './image-pipeline.ts';
import { EVERY_FEATURE } from './testing/every-feature.ts';
import { runWithMocks } from './testing/run-with-mocks.ts';
import { workspace } from './testing/stack-files.ts';

test('has a row for each type that the program uses, and no other', async () => {
  const used = new Set<string>();
  for (const settings of EVERY_FEATURE) {
    const { resources } = await runWithMocks(
      () => new ImagePipeline('photos', { ...settings, packageDir: '.' }),
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
