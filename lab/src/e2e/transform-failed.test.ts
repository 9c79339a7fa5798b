/** A step that fails on a valid image: the manifest explains it, and an operator can redrive the message. */
import { expect, onTestFinished, test } from 'vitest';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, directoryOfTest } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

const key = 'uploads/small.jpg';

/** A badge that hides a region, which starts at this column. The plugin throws if that is outside of the picture. */
function badges(left: number) {
  const side = 40;
  return smallPipeline(side, {
    recipes: [
      {
        name: 'badges',
        match: { prefix: 'uploads/' },
        variants: [
          {
            name: 'badge',
            steps: [
              { pixelate: { regions: [{ left, top: 0, width: 8, height: 8 }] } },
              { resize: { width: side, height: side } },
              { encode: 'png' },
            ],
          },
        ],
      },
    ],
  });
}

test('is rejected, lies in the dead-letter queue, and is done once the recipe is fixed', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  const dataDir = await directoryOfTest();
  const start = async () => {
    const running = await startStack({ workspace: workspace.directory, stack: 'e2e', dataDir });
    onTestFinished(() => running.stop());
    return running;
  };

  await workspace.writeStack('e2e', badges(500));
  const { client, stop } = await start();
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

  await workspace.writeStack('e2e', badges(40));
  const fixed = await start();
  await fixed.client.send(deadLetter.body); // the redrive
  await fixed.client.untilIdle();
  expect(await fixed.client.manifestOf(key)).toMatchObject({
    status: 'done',
    outputs: [{ variant: 'badge', width: 40, height: 40 }],
  });
  expect(await findInconsistencies(fixed.client)).toEqual([]);
});
