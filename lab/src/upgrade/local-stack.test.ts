/**
 * The local stack continues with the data folder of version 0.1. That version's `npm start` wrote the fixture: it
 * received the uploads below, then the process was killed. Only dates and the path of the checkout were changed later.
 *
 * | upload                  | in version 0.1                                            |
 * | ----------------------- | --------------------------------------------------------- |
 * | `photo.jpg`             | done                                                      |
 * | `two words ü+日本.jpg`  | done                                                      |
 * | `overwritten.jpg`       | done, two versions                                        |
 * | `display-p3.png`        | done with wrong colours                                   |
 * | `sequence.avif`         | rejected as `CORRUPT_IMAGE`                               |
 * | `too-tall-for-webp.png` | rejected as `TOO_LARGE`                                   |
 * | `text.jpg`              | rejected as `UNSUPPORTED_FORMAT`                          |
 * | `spot.tif`              | rejected as `TRANSFORM_FAILED`, with a dead letter        |
 * | `removed.jpg`           | removed, and its outputs too                              |
 * | `in-flight.jpg`         | received by the function, which was killed with the stack |
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { darkroom } from '../cli/darkroom.ts';
import type { Client, ListedObject } from '../testing/client.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { startStack, temporaryDirectory, type RunningStack } from '../testing/running-stack.ts';

const FIXTURE = path.join(import.meta.dirname, 'version-0.1');
const DONE = ['photo.jpg', 'two words ü+日本.jpg', 'overwritten.jpg', 'display-p3.png'];
const REJECTED = {
  'sequence.avif': 'CORRUPT_IMAGE',
  'too-tall-for-webp.png': 'TOO_LARGE',
  'text.jpg': 'UNSUPPORTED_FORMAT',
  'spot.tif': 'TRANSFORM_FAILED',
} as const;

let dataDir: string;
let running: RunningStack;
let client: Client;
/** Of the processed bucket, without those of the upload that was in flight. */
let before: Map<string, ListedObject>;

beforeAll(async () => {
  dataDir = await temporaryDirectory();
  await mkdir(path.join(dataDir, 'stacks'));
  for (const [from, to] of [
    ['fauxqs.db.gz', 'fauxqs.db'],
    ['local.json.gz', 'stacks/local.json'],
  ] as const)
    await writeFile(path.join(dataDir, to), gunzipSync(await readFile(path.join(FIXTURE, from))));
  running = await startStack({ dataDir });
  client = running.client;
  before = await outputs();
  vi.stubEnv('DARKROOM_URL', running.local.url);
  vi.stubEnv('XDG_STATE_HOME', dataDir);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await running.stop();
  await rm(dataDir, { recursive: true });
});

async function outputs(): Promise<Map<string, ListedObject>> {
  const all = await client.list(client.stack.processedBucket);
  return new Map([...all].filter(([key]) => !key.startsWith('uploads/in-flight.jpg/')));
}

/** The objects of a comparison, by kind. */
async function compared(): Promise<Record<string, number>> {
  const { stdout } = await darkroom(['compare', '--json']);
  const { kinds } = JSON.parse(stdout) as { kinds: Record<string, { objects: number }> };
  const counts = Object.entries(kinds).map(([kind, { objects }]) => [kind, objects] as const);
  return Object.fromEntries(counts.filter(([, objects]) => objects > 0));
}

test('buckets and queues are those of version 0.1', () => {
  expect(client.stack).toMatchObject({
    sourceBucket: 'photos-source-c1470c8',
    processedBucket: 'photos-processed-74f4254',
    queueUrl: expect.stringMatching(/\/photos-queue-698bd0d$/) as string,
    deadLetterQueueUrl: expect.stringMatching(/\/photos-dead-letters-d16d9d8$/) as string,
  });
});

test('the upload in flight is processed, and nothing else', async () => {
  expect(running.local).toMatchObject({ recovered: 1, outdated: 8 });
  const upload = await client.read('uploads/in-flight.jpg', client.stack.sourceBucket);
  const manifest = await client.outcomeOf(
    'uploads/in-flight.jpg',
    (upload?.head.ETag ?? '').replaceAll('"', ''),
  );
  expect(manifest).toMatchObject({ status: 'done', source: { sha256: expect.any(String) } });
  await client.untilIdle();
  expect(await outputs()).toEqual(before);
});

describe('outputs and manifests of version 0.1', () => {
  test.each(DONE)('%s', async (name) => {
    const manifest = await client.manifestOf(`uploads/${name}`);
    expect(manifest).toMatchObject({ status: 'done', source: { versionId: null } });
    expect(manifest?.source).not.toHaveProperty('sha256');
    expect(manifest?.outputs).toHaveLength(7);
    for (const { key, eTag, bytes } of manifest?.outputs ?? []) {
      expect(before.get(key)).toMatchObject({ eTag, bytes });
      expect((await client.read(key))?.body).toHaveLength(bytes);
    }
  });

  test.each(Object.entries(REJECTED))('%s, rejected as %s', async (name, code) => {
    const manifest = await client.manifestOf(`uploads/${name}`);
    expect(manifest).toMatchObject({ status: 'rejected', error: { code } });
  });

  test('none for the upload that was removed', () => {
    expect([...before.keys()].filter((key) => key.startsWith('uploads/removed'))).toEqual([]);
  });

  test('are described by status', async () => {
    const { exitCode, stdout } = await darkroom(['status', 'uploads/sequence.avif', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      current: false,
      outcome: { code: 'CORRUPT_IMAGE' },
    });
  });
});

test('another start makes nothing again either', async () => {
  await running.stop();
  running = await startStack({ dataDir });
  client = running.client;
  vi.stubEnv('DARKROOM_URL', running.local.url);
  expect(running.local).toMatchObject({
    changes: { created: 0, updated: 0, replaced: 0, deleted: 0 },
    recovered: 0,
    outdated: 8,
  });
  await client.untilIdle();
  expect(await outputs()).toEqual(before);
});

test('compare shows what is out of date, and what it costs', async () => {
  expect(await compared()).toEqual({ 'recipe-changed': 8, 'up-to-date': 1 });
  const { stdout } = await darkroom(['compare', '--json']);
  const { kinds } = JSON.parse(stdout) as { kinds: Record<string, { dollars: number }> };
  expect(kinds['recipe-changed']?.dollars).toBeGreaterThan(0);
  expect(await outputs()).toEqual(before);
});

test('the dead letter of version 0.1 is processed again by redrive', async () => {
  const dry = await darkroom(['redrive', '--dry-run', '--json']);
  expect(JSON.parse(dry.stdout)).toMatchObject({ found: { TRANSFORM_FAILED: 1 } });
  const { exitCode, stdout } = await darkroom(['redrive', '--yes', '--json']);
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { moved: 1 }]);
  await client.untilIdle();
  expect(await client.manifestOf('uploads/spot.tif')).toMatchObject({ status: 'done' });
  expect(await new DeadLetters(client).all()).toEqual([]);
});

test('apply remakes what is out of date', async () => {
  const { exitCode, stdout } = await darkroom(['apply', '--json']);
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { sent: { 'recipe-changed': 7 } }]);
  await client.untilIdle();
  expect(await compared()).toEqual({ 'up-to-date': 8, rejected: 1 });
  for (const name of [...DONE, 'sequence.avif', 'spot.tif'])
    expect(await client.manifestOf(`uploads/${name}`)).toMatchObject({
      status: 'done',
      outputs: new Array(7).fill(expect.anything()) as unknown,
    });
  const after = await outputs();
  const bytesOf = (name: string, of: ReadonlyMap<string, ListedObject>) =>
    [...of].filter(([key]) => key.startsWith(`uploads/${name}/w`)).map(([, { eTag }]) => eTag);
  expect(bytesOf('photo.jpg', after)).toEqual(bytesOf('photo.jpg', before));
  expect(bytesOf('display-p3.png', after)).not.toEqual(bytesOf('display-p3.png', before));
  expect(await client.manifestOf('uploads/too-tall-for-webp.png')).toMatchObject({
    status: 'done',
    skipped: [{ variant: 'w640-webp' }, { variant: 'w1280-webp' }],
  });
  expect(await client.manifestOf('uploads/text.jpg')).toMatchObject({ status: 'rejected' });
  expect(await findInconsistencies(client)).toEqual([]);
});
