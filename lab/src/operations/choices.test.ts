/** In an unversioned bucket, only the metadata shows that an upload chooses another focal point: same bytes, same ETag. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { compare, readUploadStatus, retryUploads } from '@darkroom/operations';
import { formatManifest, outputKeys, parseSettings, recipeHash } from '@darkroom/pipeline';
import { RunningAws } from '@darkroom/embedded-aws/testing';
import { expect, onTestFinished, test } from 'vitest';

const KEY = 'uploads/cat.jpg';
const settings = parseSettings(
  { recipes: [{ name: 'photos', choices: ['focus'], variants: [{ name: 'thumb', steps: [] }] }] },
  'test',
);

test('an upload with another focal point is not the one that was processed', async () => {
  const aws = await RunningAws.start('SQLite');
  onTestFinished(() => aws.stop());
  const { s3, sqs } = aws;
  const [sourceBucket, processedBucket] = [await aws.bucket(), await aws.bucket()];
  const [{ url: queueUrl }, { url: deadLetterQueueUrl }] = [await aws.queue(), await aws.queue()];
  const stack = {
    ...{ name: 'test', s3, sqs, settings },
    ...{ sourceBucket, processedBucket, queueUrl, deadLetterQueueUrl },
  };

  const upload = async (focus: string) => {
    const { ETag = '' } = await s3.send(
      new PutObjectCommand({
        ...{ Bucket: sourceBucket, Key: KEY, Body: 'cat', Metadata: { 'darkroom-focus': focus } },
      }),
    );
    return ETag.replaceAll('"', '');
  };
  const process = async (eTag: string, focus: { x: number; y: number }) => {
    const [recipe] = settings.recipes;
    if (!recipe) throw new Error('No recipe');
    const source = { bucket: sourceBucket, key: KEY, versionId: null, eTag, bytes: 3 };
    await s3.send(
      new PutObjectCommand({
        ...{ Bucket: processedBucket, Key: outputKeys(KEY, recipe).manifest },
        Body: formatManifest({
          ...{ version: 1, status: 'done', recipe: recipe.name, outputs: [] },
          ...{ recipeHash: recipeHash(recipe, settings.limits) },
          source: { ...source, choices: { focus } },
        }),
      }),
    );
  };
  const state = async () => {
    const { current, advice } = await readUploadStatus(stack, KEY, {
      events: () => Promise.resolve([]),
      trustsCount: true,
    });
    const { kinds } = await compare(stack);
    return { current, advice, isChanged: kinds['source-changed'].keys === 1 };
  };
  const { signal } = new AbortController();
  const retry = () => retryUploads(stack, [KEY], { force: false, signal, until: 0 });

  const eTag = await upload('0.1,0.2');
  await process(eTag, { x: 0.1, y: 0.2 });
  expect(await state()).toEqual({ current: true, advice: 'Nothing to do.', isChanged: false });
  expect(await retry()).toMatchObject({ uploads: [{ outcome: 'done', sent: false }] });

  expect(await upload('0.9,0.2')).toBe(eTag);
  expect(await state()).toMatchObject({ current: false, isChanged: true });
  expect(await retry()).toMatchObject({ uploads: [{ outcome: 'unfinished', sent: true }] });

  await process(eTag, { x: 0.9, y: 0.2 });
  expect(await state()).toMatchObject({ current: true, isChanged: false });
});
