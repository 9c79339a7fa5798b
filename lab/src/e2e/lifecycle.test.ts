/** Overwrites, deletes, new uploads, duplicate events: outputs are always those of the current upload. */
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { manifestFor } from '../testbed/reference-outputs.ts';
import { PATIENCE, type Client } from '../testing/client.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { md5Twins } from '../testing/md5-twins.ts';
import { notification } from '../testing/notification.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';

let running: RunningStack;
let client: Client;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
});

afterAll(async () => {
  await running.stop();
});

/** The bytes of every object in the folder of an upload's outputs. */
async function bytesOf(key: string): Promise<Map<string, Buffer>> {
  const keys = [...(await client.outputsOf(key)).keys()];
  const bodies = await Promise.all(
    keys.map(async (output) => (await client.read(output))?.body ?? Buffer.alloc(0)),
  );
  return new Map(keys.map((output, index) => [output, bodies[index] ?? Buffer.alloc(0)]));
}

async function currentVersion(key: string): Promise<string> {
  const { sourceBucket: Bucket } = client.stack;
  const { VersionId = '' } = await client.s3.send(new HeadObjectCommand({ Bucket, Key: key }));
  return VersionId;
}

/** The same outputs as those of another upload of the same bytes. */
function forVersion(outputs: Map<string, Buffer>, key: string, versionId: string) {
  const manifest = `${key}/manifest.json`;
  const body = outputs.get(manifest) ?? Buffer.alloc(0);
  return new Map([
    ...outputs,
    [manifest, manifestFor(body, { key, folder: `${key}/`, versionId })] as const,
  ]);
}

test('an overwrite replaces every output', async () => {
  const key = 'uploads/overwritten.jpg';
  const first = await client.uploadAndWait(key, await picture({ seed: 1 }));
  const before = await bytesOf(key);
  const second = await client.uploadAndWait(key, await picture({ seed: 2 }));
  const after = await bytesOf(key);
  expect(second.source.eTag).not.toBe(first.source.eTag);
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [output, bytes] of after) expect(bytes).not.toEqual(before.get(output));
});

test('a delete removes every output', async () => {
  const key = 'uploads/deleted.jpg';
  await client.uploadAndWait(key, await picture());
  await client.remove(key);
  await client.untilIdle();
  expect((await client.outputsOf(key)).size).toBe(0);
});

test('deleted and uploaded again: the same upload gives the same bytes, manifest included', async () => {
  const key = 'uploads/again.jpg';
  const upload = await picture({ seed: 3 });
  await client.uploadAndWait(key, upload);
  const before = await bytesOf(key);
  expect(before.size).toBe(8);
  await client.remove(key);
  await client.untilIdle();
  expect((await bytesOf(key)).size).toBe(0);
  const { source } = await client.uploadAndWait(key, upload);
  expect(source.versionId).toBe(await currentVersion(key));
  expect(await bytesOf(key)).toEqual(forVersion(before, key, source.versionId ?? ''));
});

test('the same upload twice rewrites only the manifest, with the new version', async () => {
  const key = 'uploads/twice.jpg';
  const manifest = `${key}/manifest.json`;
  const upload = await picture({ seed: 4 });
  const first = await client.uploadAndWait(key, upload);
  await client.untilIdle();
  const [before, bytes] = [await client.outputsOf(key), await bytesOf(key)];
  await client.upload(key, upload);
  await client.untilIdle();
  const after = await client.outputsOf(key);
  const versionId = await currentVersion(key);
  expect(versionId).not.toBe(first.source.versionId);
  expect(await bytesOf(key)).toEqual(forVersion(bytes, key, versionId));
  before.delete(manifest);
  after.delete(manifest);
  // ETags and times, to the millisecond.
  expect(after).toEqual(before);
});

test('an older version that becomes current again gets its outputs', async () => {
  const key = 'uploads/twin.tif';
  const { first, second } = md5Twins();
  const { source } = await client.uploadAndWait(key, first);
  const before = await bytesOf(key);
  await client.upload(key, second);
  await client.untilIdle();
  const twin = await client.manifestOf(key);
  expect(twin?.source).toMatchObject({ eTag: source.eTag, bytes: source.bytes });
  const versionId = await currentVersion(key);
  expect(twin?.source.versionId).toBe(versionId);
  expect(await bytesOf(key)).not.toEqual(forVersion(before, key, versionId));
  const { sourceBucket: Bucket } = client.stack;
  await client.s3.send(new DeleteObjectCommand({ Bucket, Key: key, VersionId: versionId }));
  await client.send(notification({ bucket: Bucket, key }));
  await client.untilIdle();
  expect(await bytesOf(key)).toEqual(before);
});

test('orphans of more than one page are deleted, an edited manifest is written again, and deeper objects stay', async () => {
  const key = 'uploads/orphans.jpg';
  await client.uploadAndWait(key, await picture({ seed: 10 }));
  await client.untilIdle();
  const before = await bytesOf(key);
  const { sourceBucket, processedBucket: Bucket } = client.stack;
  const put = (name: string, Body: string) =>
    client.s3.send(new PutObjectCommand({ Bucket, Key: `${key}/${name}`, Body }));
  const manifest = before.get(`${key}/manifest.json`)?.toString() ?? '';
  await put('manifest.json', manifest.replace('"done"', '"done" '));
  const deeper = 'deeper/w320-webp.webp';
  await put(deeper, 'of another upload');
  const names = Array.from({ length: 1200 }, (_, index) => `orphan-${index}.webp`);
  while (names.length > 0)
    await Promise.all(names.splice(0, 50).map((name) => put(name, 'of another recipe')));
  await client.send(notification({ bucket: sourceBucket, key }));
  await client.untilIdle();
  const after = await bytesOf(key);
  expect(after.get(`${key}/${deeper}`)?.toString()).toBe('of another upload');
  after.delete(`${key}/${deeper}`);
  expect(after).toEqual(before);
  await client.remove(`${key}/${deeper}`, Bucket);
});

test('an event that comes twice, late, or out of order rewrites nothing', async () => {
  const key = 'uploads/told twice.jpg';
  const upload = await picture({ seed: 5 });
  const { source } = await client.uploadAndWait(key, upload);
  await client.untilIdle();
  const before = await client.outputsOf(key);
  const { sourceBucket: bucket } = client.stack;
  const duplicate = notification({ bucket, key, eTag: source.eTag, bytes: upload.length });
  await Promise.all([client.send(duplicate), client.send(duplicate)]);
  await client.send(notification({ bucket, key, eventName: 'ObjectRemoved:Delete' }));
  await client.send(notification({ bucket, key, eTag: '00000000000000000000000000000000' }));
  await client.untilIdle();
  expect(await client.outputsOf(key)).toEqual(before);
});

test('an object that is deleted before it is read leaves nothing', async () => {
  const upload = await picture({ seed: 6 });
  const keys = Array.from({ length: 12 }, (_, index) => `uploads/brief-${index}.jpg`);
  await Promise.all(
    keys.map(async (key) => {
      await client.upload(key, upload);
      await client.remove(key);
    }),
  );
  // This object never existed, so no worker can have read it.
  const never = 'uploads/never-there.jpg';
  await client.send(notification({ bucket: client.stack.sourceBucket, key: never }));
  await client.untilIdle();
  for (const key of [...keys, never]) expect((await client.outputsOf(key)).size).toBe(0);
});

test('an upload that is deleted while its outputs are written leaves nothing', async () => {
  const key = 'uploads/slow.jpg';
  await client.upload(key, await picture({ width: 2400, height: 1800, seed: 6 }));
  await vi.waitFor(async () => expect((await client.outputsOf(key)).size).not.toBe(0), PATIENCE);
  await client.remove(key);
  await client.untilIdle();
  expect((await client.outputsOf(key)).size).toBe(0);
});

test('all that happens to a few keys at once ends as the bucket ends', async () => {
  const uploads = await Promise.all([7, 8, 9].map((seed) => picture({ seed })));
  // Each key has its own succession of uploads (0 to 2), deletes (d) and texts (x).
  const histories = [
    '0',
    '01',
    '0d',
    '0d0',
    '012',
    '0x1',
    'd',
    '0d1d2',
    'x0d',
    '0101010',
    '00d00',
    '2dx',
  ];
  await Promise.all(
    histories.map(async (history, index) => {
      const key = `uploads/history-${index}.jpg`;
      for (const act of history) {
        if (act === 'd') await client.remove(key);
        else await client.upload(key, uploads[Number(act)] ?? 'no picture');
      }
    }),
  );
  await client.untilIdle();
  const outcomes = await Promise.all(
    histories.map(async (history, index) => {
      const manifest = await client.manifestOf(`uploads/history-${index}.jpg`);
      return [history, manifest?.status];
    }),
  );
  const statusOf = (history: string) =>
    history.endsWith('d') ? undefined : history.endsWith('x') ? 'rejected' : 'done';
  expect(outcomes).toEqual(histories.map((history) => [history, statusOf(history)]));
});

test('the processed bucket contains exactly the outputs of all uploads', async () => {
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
});
