/** The hostile corpus through S3, SQS and the built handler, with hostile keys and wrong content types. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CORPUS } from './corpus/corpus.ts';
import { PLANTED, type HostileUpload } from './corpus/hostile-upload.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bare, type Client } from '../testing/client.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline, type Workspace } from '../testing/workspace.ts';
import { hostileKey, keysUnder } from './hostile-keys.ts';

const TYPES = ['image/jpeg', 'text/html', 'application/javascript', 'image/svg+xml', ''];

async function uploadLying(client: Client, key: string, body: Buffer, index: number) {
  const { sourceBucket: Bucket } = client.stack;
  const ContentType = TYPES[index % TYPES.length];
  const { ETag } = await client.s3.send(
    new PutObjectCommand({ Bucket, Key: key, Body: body, ...(ContentType && { ContentType }) }),
  );
  return bare(ETag);
}

/** Outcome of an upload: `DONE` or the code of its rejection. */
async function outcomeOf(client: Client, key: string, eTag: string): Promise<string> {
  const manifest = await client.outcomeOf(key, eTag);
  return manifest.status === 'done' ? 'DONE' : manifest.error.code;
}

/** Outputs that contain planted text. The recipes here keep only pixels. */
async function leaks(client: Client): Promise<string[]> {
  const leaking: string[] = [];
  for (const key of (await client.list(client.stack.processedBucket)).keys()) {
    if (key.endsWith('/manifest.json')) continue;
    const body = (await client.read(key))?.body ?? Buffer.alloc(0);
    if (Object.values(PLANTED).some((planted) => body.includes(planted))) leaking.push(key);
  }
  return leaking;
}

async function expectConsistent(client: Client): Promise<void> {
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
  expect(await new DeadLetters(client).all()).toEqual([]);
  expect(await leaks(client)).toEqual([]);
}

describe('with the recipe of the local stack', () => {
  let running: RunningStack;
  let client: Client;

  beforeAll(async () => {
    running = await startStack();
    client = running.client;
  });

  afterAll(async () => {
    await running.stop();
  });

  const numbered = CORPUS.map((item, index): [string, number, HostileUpload] => [
    item.name,
    index,
    item,
  ]);

  test.each(numbered)('%s', async (_, index, item) => {
    const key = hostileKey(index);
    const eTag = await uploadLying(client, key, await item.bytes(), index);
    expect(item.expected).toContain(await outcomeOf(client, key, eTag));
  });

  test('uploads with keys below the outputs of another upload do not change them', async () => {
    const key = 'uploads/cat.jpg';
    await client.uploadAndWait(key, await picture());
    for (const below of keysUnder(key))
      await client.uploadAndWait(below, await picture({ seed: 2 }));
    await client.untilIdle();
    expect(await findInconsistencies(client)).toEqual([]);

    const before = await client.outputsOf(key);
    await client.uploadAndWait(
      `${key}/manifest.json`,
      '{"version":1,"status":"done","outputs":[]}',
    );
    for (const below of keysUnder(key)) await client.remove(below);
    await client.untilIdle();
    const after = await client.outputsOf(key);
    const directly = ([name]: readonly [string, unknown]) =>
      !name.slice(key.length + 1).includes('/');
    expect([...after].filter(directly)).toEqual([...before].filter(directly));
    await client.remove(key);
    await client.untilIdle();
    expect((await client.outputsOf(key)).size).toBe(0);
  });

  test('the buckets are consistent, and no dead letter and no planted text exists', async () => {
    await expectConsistent(client);
  });
});

describe('with a recipe that accepts SVG', () => {
  let workspace: Workspace;
  let running: RunningStack;
  let client: Client;

  beforeAll(async () => {
    workspace = await createWorkspace();
    const { recipes } = smallPipeline(32);
    const lenient = recipes.map((recipe) => ({ ...recipe, formats: ['svg' as const] }));
    await workspace.writeStack('drawings', smallPipeline(32, { recipes: lenient }));
    running = await startStack({ workspace: workspace.directory, stack: 'drawings' });
    client = running.client;
  });

  afterAll(async () => {
    await running.stop();
    await workspace.remove();
  });

  test.each(CORPUS.filter(({ withSvg }) => withSvg))('$name', async ({ name, bytes, withSvg }) => {
    const key = `uploads/${name}.svg`;
    const eTag = await client.upload(key, await bytes());
    expect(withSvg).toContain(await outcomeOf(client, key, eTag));
  });

  test('the buckets are consistent, and no dead letter exists', async () => {
    await expectConsistent(client);
  });
});
