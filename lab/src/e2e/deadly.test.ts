/** Images that kill the process that decodes them. They affect no other image, and end in an outcome. */
import { recipesSchema, type Manifest } from '@darkroom/pipeline';
import { redrive } from '@darkroom/operations';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bundleHandlerAfter } from '../planted-defects/bundle-handler.ts';
import { PATIENCE, type Client } from '../testing/client.ts';
import { DEADLY, DEADLY_FOR_ALL } from './deadly-marks.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline, type Workspace } from '../testing/workspace.ts';

const pipeline = smallPipeline(32, {
  function: { timeout: 20 },
  // One batch: all images are in the process that dies. The back-offs are as short as they can be.
  queue: { batchSize: 10, batchWindow: 1, maximumConcurrency: 2, retention: 130 },
  alarms: { oldestMessage: 60 },
});

let workspace: Workspace;
let running: RunningStack;
let client: Client;
let deadLetters: DeadLetters;

beforeAll(async () => {
  workspace = await createWorkspace();
  await workspace.writeStack('e2e', pipeline);
  const deadly = path.join(import.meta.dirname, 'deadly-pictures.ts');
  running = await startStack({
    workspace: workspace.directory,
    stack: 'e2e',
    makeHandler: (file) => bundleHandlerAfter(deadly, file),
  });
  client = running.client;
  deadLetters = new DeadLetters(client);
  await setVisibility(30);
  // A receive that already waits uses the queue's earlier timeout.
  await client.uploadAndWait('uploads/first.jpg', await picture());
});

afterAll(async () => {
  await running.stop();
  await workspace.remove();
});

/** @param seconds that a message is away when the process that had it has died */
async function setVisibility(seconds: number): Promise<void> {
  await client.sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: client.stack.queueUrl,
      Attributes: { VisibilityTimeout: String(seconds) },
    }),
  );
}

const deaths = () => running.local.lambda.stats().reduce((sum, one) => sum + one.functionErrors, 0);

async function marked(mark: string): Promise<Buffer> {
  return Buffer.concat([await picture(), Buffer.from(mark)]);
}

const gaveUp = {
  status: 'rejected',
  outputs: [],
  error: { code: 'GAVE_UP', retryable: true },
} satisfies Partial<Record<keyof Manifest | 'error', unknown>>;

test('an image that kills its process costs the others one attempt and ends in an outcome', async () => {
  const good = Array.from({ length: 6 }, (_, index) => `uploads/${index}.jpg`);
  const deadly = ['uploads/deadly-1.jpg', 'uploads/deadly-2.jpg'];
  const [body, killer] = [await picture(), await marked(DEADLY)];
  const upload = (keys: readonly string[], picture: Buffer) =>
    keys.map((key) => client.upload(key, picture));
  const [before, , after] = await Promise.all([
    Promise.all(upload(good.slice(0, 3), body)),
    Promise.all(upload(deadly, killer)),
    Promise.all(upload(good.slice(3), body)),
  ]);
  const eTags = [...before, ...after];
  const manifests = await Promise.all(
    good.map((key, index) => client.outcomeOf(key, eTags[index] ?? '')),
  );
  expect(manifests.map(({ status }) => status)).toEqual(good.map(() => 'done'));
  for (const key of deadly) {
    const deadLetter = await deadLetters.find(({ attributes }) => attributes['sourceKey'] === key);
    expect(deadLetter.attributes).toMatchObject({
      errorCode: 'INTERNAL',
      errorMessage: 'The process that worked on the image ended: SIGKILL',
    });
    expect(await client.manifestOf(key)).toMatchObject(gaveUp);
  }
  await client.untilIdle();
  expect(await deadLetters.all()).toHaveLength(deadly.length);
  expect(await findInconsistencies(client)).toEqual([]);
  // Once for each batch of new messages. Messages that are received again are isolated.
  expect(deaths()).toBeGreaterThanOrEqual(1);
  expect(deaths()).toBeLessThanOrEqual(deadly.length);
});

test('an image that kills the function every time has an outcome that explains its dead letter', async () => {
  await setVisibility(5);
  const before = deaths();
  const key = 'uploads/deadly-for-all.jpg';
  await client.upload(key, await marked(DEADLY_FOR_ALL));
  const { s3, sqs, stack } = client;
  const recipes = recipesSchema.parse(pipeline.recipes);
  const found = await vi.waitFor(async () => {
    const looked = await redrive({ s3, sqs, ...stack, recipes, filter: 'all', dryRun: true });
    expect(looked.found.messages).toBe(1);
    return looked.found;
  }, PATIENCE);
  expect(Object.fromEntries(found.byErrorCode)).toEqual({ GAVE_UP: 1 });
  const deadLetter = (await deadLetters.all()).at(-1);
  // SQS moved it: no process was left to give a reason.
  expect(deadLetter?.attributes).toEqual({});
  await vi.waitFor(() => expect(deaths() - before).toBeGreaterThanOrEqual(5), PATIENCE);
  expect(await client.manifestOf(key)).toMatchObject(gaveUp);
});
