/** A step that fails on a valid image: the manifest explains it, and an operator can redrive the message. */
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundleHandlerAfter } from '../planted-defects/bundle-handler.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, directoryOfTest, type RunningStackOptions } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

const key = 'uploads/small.jpg';

/** A badge that hides a region. */
const badges = smallPipeline(40, {
  recipes: [
    {
      name: 'badges',
      match: { prefix: 'uploads/' },
      variants: [
        {
          name: 'badge',
          steps: [
            { pixelate: { regions: [{ left: 0, top: 0, width: 8, height: 8 }] } },
            { resize: { width: 40, height: 40 } },
            { encode: 'png' },
          ],
        },
      ],
    },
  ],
});

test('is rejected, lies in the dead-letter queue, and is done once the plugin is fixed', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  const dataDir = await directoryOfTest();
  const start = async (options: RunningStackOptions = {}) => {
    const running = await startStack({
      ...{ workspace: workspace.directory, stack: 'e2e', dataDir },
      ...options,
    });
    onTestFinished(() => running.stop());
    return running;
  };

  await workspace.writeStack('e2e', badges);
  const failing = path.join(import.meta.dirname, 'failing-pixelate.ts');
  const { client, stop } = await start({
    makeHandler: (file) => bundleHandlerAfter(failing, file),
  });
  const { sourceBucket } = client.stack;
  const manifest = await client.uploadAndWait(key, await picture({ width: 64, height: 48 }));
  expect(manifest).toMatchObject({
    status: 'rejected',
    outputs: [],
    error: { code: 'TRANSFORM_FAILED', retryable: true },
  });
  const message = manifest.status === 'rejected' ? manifest.error.message : '';
  for (const name of ['badges', 'badge', 'pixelate']) expect(message).toContain(name);
  const deadLetters = new DeadLetters(client);
  const deadLetter = await deadLetters.find(({ attributes }) => attributes['sourceKey'] === key);
  expect(deadLetter.attributes).toEqual({
    errorCode: 'TRANSFORM_FAILED',
    errorMessage: message,
    sourceBucket,
    sourceKey: key,
  });
  await client.untilIdle();
  expect(await deadLetters.all()).toHaveLength(1);
  await stop();

  const fixed = await start();
  await fixed.client.send(deadLetter.body); // the redrive
  await fixed.client.untilIdle();
  expect(await fixed.client.manifestOf(key)).toMatchObject({
    status: 'done',
    outputs: [{ variant: 'badge', width: 40, height: 40 }],
  });
  expect(await findInconsistencies(fixed.client)).toEqual([]);
});
