/** Dead letters back to the queue, on the embedded SQS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { redrive, type RedriveOptions } from '@darkroom/operations';
import {
  formatManifest,
  outputKeys,
  parseSettings,
  recipeHash,
  selectRecipe,
} from '@darkroom/pipeline';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RunningAws } from '@darkroom/embedded-aws/testing';

const settings = parseSettings(
  { recipes: [{ name: 'photos', variants: [{ name: 'thumb', steps: ['flip'] }] }] },
  'test',
);

let aws: RunningAws;
let queue: { url: string; arn: string };
let dead: { url: string; arn: string };
let processedBucket: string;

beforeAll(async () => {
  aws = await RunningAws.start('SQLite');
});
afterAll(() => aws.stop());
beforeEach(async () => {
  dead = await aws.queue();
  queue = await aws.queue({
    VisibilityTimeout: '0',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
  });
  processedBucket = await aws.bucket();
});

const bodyOf = (key: string) => formatMessage({ bucket: 'sources', key });

/** Sends a dead letter as the function does. */
async function deadLetter(key: string, errorCode: string): Promise<string> {
  const { MessageId = '' } = await aws.sqs.send(
    new SendMessageCommand({
      QueueUrl: dead.url,
      MessageBody: bodyOf(key),
      MessageAttributes: { errorCode: { DataType: 'String', StringValue: errorCode } },
    }),
  );
  return MessageId;
}

/** Makes a dead letter as SQS does after crashes: without attributes. */
async function crash(key: string): Promise<void> {
  await aws.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: bodyOf(key) }));
  const receive = () => aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.url }));
  await receive();
  expect((await receive()).Messages ?? []).toEqual([]);
}

async function gaveUp(key: string): Promise<void> {
  const recipe = selectRecipe(settings.recipes, key);
  if (!recipe) throw new Error('No recipe');
  const manifest = formatManifest({
    version: 1,
    status: 'rejected',
    recipe: recipe.name,
    recipeHash: recipeHash(recipe, settings.limits),
    source: { bucket: 'sources', key, versionId: null, eTag: 'v1', bytes: 1 },
    outputs: [],
    error: { code: 'GAVE_UP', message: 'No attempt finished', retryable: true },
  });
  const Key = outputKeys(key, recipe).manifest;
  await aws.s3.send(new PutObjectCommand({ Bucket: processedBucket, Key, Body: manifest }));
}

const run = (options: Partial<RedriveOptions> = {}) =>
  redrive({
    sqs: aws.sqs,
    s3: aws.s3,
    processedBucket,
    recipes: settings.recipes,
    queueUrl: queue.url,
    deadLetterQueueUrl: dead.url,
    filter: 'all',
    ratePerSecond: Infinity,
    ...options,
  });

interface Counts {
  readonly waiting: number;
  readonly inFlight: number;
}

async function counts(url: string): Promise<Counts> {
  const attributes = await aws.attributes(url);
  return {
    waiting: Number(attributes['ApproximateNumberOfMessages']),
    inFlight: Number(attributes['ApproximateNumberOfMessagesNotVisible']),
  };
}

async function keysIn(url: string): Promise<string[]> {
  interface Body {
    readonly Records: readonly { readonly s3: { readonly object: { readonly key: string } } }[];
  }
  const bodies = await aws.drain<Body>(url);
  return bodies.flatMap(({ Records }) => Records.map(({ s3 }) => s3.object.key)).sort();
}

describe('with dead letters of the function, and of crashes', () => {
  beforeEach(async () => {
    for (let index = 0; index < 12; index++)
      await deadLetter(`a/${index}.jpg`, index < 4 ? 'TRANSFORM_FAILED' : 'TIMEOUT');
    await crash('b/bomb.jpg');
    await gaveUp('b/bomb.jpg');
    await crash('b/unknown.jpg');
    expect(await counts(queue.url)).toEqual({ waiting: 0, inFlight: 0 });
  });

  test('a dry run counts them and moves none', async () => {
    const { found, moved, hidden } = await run({ dryRun: true, limit: 10 });
    expect([...found.byErrorCode].sort()).toEqual([
      ['GAVE_UP', 1],
      ['TIMEOUT', 8],
      ['TRANSFORM_FAILED', 4],
      ['UNEXPLAINED', 1],
    ]);
    expect([...found.byFolder].sort()).toEqual([
      ['a/', 12],
      ['b/', 2],
    ]);
    expect({ moved, hidden }).toEqual({ moved: 10, hidden: 0 });
    expect(await counts(dead.url)).toEqual({ waiting: 14, inFlight: 0 });
    expect(await counts(queue.url)).toEqual({ waiting: 0, inFlight: 0 });
  });

  test('those of a code are moved, and the others are visible', async () => {
    await run({ filter: { errorCodes: ['TRANSFORM_FAILED', 'GAVE_UP'] } });
    expect(await counts(dead.url)).toEqual({ waiting: 9, inFlight: 0 });
    expect(await counts(queue.url)).toEqual({ waiting: 5, inFlight: 0 });
    expect(await keysIn(queue.url)).toEqual([
      'a/0.jpg',
      'a/1.jpg',
      'a/2.jpg',
      'a/3.jpg',
      'b/bomb.jpg',
    ]);
  });

  test('those of a prefix, and one by its id', async () => {
    await run({ filter: { prefix: 'b/' } });
    const id = await deadLetter('c/é +.jpg', 'TIMEOUT');
    await run({ filter: { messageIds: [id] } });
    expect(await keysIn(queue.url)).toEqual(['b/bomb.jpg', 'b/unknown.jpg', 'c/%C3%A9+%2B.jpg']);
    expect(await counts(dead.url)).toEqual({ waiting: 12, inFlight: 0 });
  });

  test('an aborted run leaves nothing hidden', async () => {
    const controller = new AbortController();
    const { moved, stoppedBy } = await run({
      filter: { errorCodes: ['TIMEOUT'] },
      ratePerSecond: 1,
      signal: controller.signal,
      onProgress: ({ moved }) => {
        if (moved === 2) controller.abort();
      },
    });
    expect({ moved, stoppedBy }).toEqual({ moved: 2, stoppedBy: 'signal' });
    expect(await counts(dead.url)).toEqual({ waiting: 12, inFlight: 0 });
    expect(await counts(queue.url)).toEqual({ waiting: 2, inFlight: 0 });
  });
});

test('if the process is killed, every dead letter is in one of the queues', async () => {
  for (let index = 0; index < 60; index++) await deadLetter(`${index}.jpg`, 'TIMEOUT');
  const script = path.join(import.meta.dirname, 'redrive-process.ts');
  const child = spawn(process.execPath, [script, aws.endpoint, queue.url, dead.url], {
    stdio: 'inherit',
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

  const moved = new Set(await keysIn(queue.url));
  const { waiting, inFlight } = await counts(dead.url);
  expect(moved.size).toBeGreaterThanOrEqual(20);
  expect(moved.size).toBeLessThan(60);
  expect(moved.size + waiting + inFlight).toBeGreaterThanOrEqual(60);
  await run();
  expect(new Set([...moved, ...(await keysIn(queue.url))]).size + inFlight).toBeGreaterThanOrEqual(
    60,
  );
});
