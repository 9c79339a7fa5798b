import { expect, onTestFinished, test } from 'vitest';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

test('200 uploads at once are all done', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await workspace.writeStack('e2e', smallPipeline(16));
  const { client, stop } = await startStack({ workspace: workspace.directory, stack: 'e2e' });
  onTestFinished(stop);
  const keys = Array.from({ length: 200 }, (_, index) => `uploads/burst/${index}.jpg`);
  const bodies = await Promise.all(
    keys.map((_key, seed) => picture({ width: 24, height: 16, seed })),
  );
  await Promise.all(keys.map((key, index) => client.upload(key, bodies[index] ?? '')));
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
  const manifests = await Promise.all(keys.map((key) => client.manifestOf(key)));
  expect(manifests.filter((manifest) => manifest?.status === 'done')).toHaveLength(200);
});
