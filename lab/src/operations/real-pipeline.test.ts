/** Operations on the whole pipeline: a plan finds damage, and apply and redrive repair it. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { apply, compare, redrive } from '@darkroom/operations';
import { parseSettings, type Settings } from '@darkroom/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { readStackConfig } from '@darkroom/local-pulumi';

let running: RunningStack;
let client: Client;
let settings: Settings;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
  const { project, config } = await readStackConfig(CHECKOUT, 'local');
  settings = parseSettings(JSON.parse(config[`${project}:pipeline`] ?? ''), 'test');
});
afterAll(() => running.stop());

const buckets = () => {
  const { sourceBucket, processedBucket } = client.stack;
  return { s3: client.s3, sourceBucket, processedBucket, settings };
};

async function counts(): Promise<Record<string, number>> {
  const { kinds } = await compare(buckets());
  const there = Object.entries(kinds).filter(([, { keys }]) => keys > 0);
  return Object.fromEntries(there.map(([kind, { keys }]) => [kind, keys]));
}

test('apply repairs the damage that a plan finds', async () => {
  const bucket = client.stack.processedBucket;
  const keys = ['fine', 'lost', 'less', 'more'].map((name) => `uploads/${name}.jpg`);
  for (const key of keys) await client.uploadAndWait(key, await picture());
  await client.uploadAndWait('uploads/rubbish.jpg', 'no picture');
  await client.upload('elsewhere.jpg', await picture());
  await client.untilIdle();
  expect(await counts()).toEqual({ 'up-to-date': 4, rejected: 1, 'no-recipe': 1 });

  for (const output of (await client.outputsOf('uploads/lost.jpg')).keys())
    await client.remove(output, bucket);
  await client.remove('uploads/less.jpg/thumb.webp', bucket);
  await client.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: 'uploads/more.jpg/old.webp', Body: 'old' }),
  );
  expect(await counts()).toMatchObject({ 'up-to-date': 1, missing: 1, damaged: 2 });

  const { queueUrl } = client.stack;
  const { sent } = await apply({ ...buckets(), sqs: client.sqs, queueUrl });
  expect(sent).toMatchObject({ missing: 1, damaged: 2 });
  await client.untilIdle();
  expect(await counts()).toEqual({ 'up-to-date': 4, rejected: 1, 'no-recipe': 1 });
  expect(await findInconsistencies(client)).toEqual([]);
});

test('a redriven dead letter is processed', async () => {
  const key = 'uploads/redriven.jpg';
  const { source } = await client.uploadAndWait(key, await picture());
  await client.untilIdle();
  for (const output of (await client.outputsOf(key)).keys())
    await client.remove(output, client.stack.processedBucket);
  const { queueUrl, deadLetterQueueUrl, sourceBucket } = client.stack;
  await client.sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MessageBody: formatMessage({ bucket: sourceBucket, key }),
    }),
  );
  const { recipes } = settings;
  const options = { ...buckets(), recipes, sqs: client.sqs, queueUrl, deadLetterQueueUrl };
  expect(await redrive({ ...options, filter: { prefix: key } })).toMatchObject({ moved: 1 });
  await client.outcomeOf(key, source.eTag);
});
