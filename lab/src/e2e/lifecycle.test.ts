/** Overwrites, deletes, new uploads, duplicate events: outputs are always those of the current upload. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { withoutVersionId } from '../testbed/reference-outputs.ts';
import { PATIENCE, type Client } from '../testing/client.ts';
import { findInconsistencies } from '../testing/consistency.ts';
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

/** The bytes of every object in the folder of an upload's outputs, without the upload's version id. */
async function bytesOf(key: string): Promise<Map<string, string>> {
  const keys = [...(await client.outputsOf(key)).keys()];
  const bodies = await Promise.all(
    keys.map(async (output) => {
      const { body = Buffer.alloc(0) } = (await client.read(output)) ?? {};
      return withoutVersionId(body).toString('base64');
    }),
  );
  return new Map(keys.map((output, index) => [output, bodies[index] ?? '']));
}

test('an overwrite replaces every output', async () => {
  const key = 'uploads/overwritten.jpg';
  const first = await client.uploadAndWait(key, await picture({ seed: 1 }));
  const before = await bytesOf(key);
  const second = await client.uploadAndWait(key, await picture({ seed: 2 }));
  const after = await bytesOf(key);
  expect(second.source.eTag).not.toBe(first.source.eTag);
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [output, bytes] of after) expect(bytes).not.toBe(before.get(output));
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
  await client.uploadAndWait(key, upload);
  expect(await bytesOf(key)).toEqual(before);
});

test('the same upload twice rewrites nothing', async () => {
  const key = 'uploads/twice.jpg';
  const upload = await picture({ seed: 4 });
  await client.uploadAndWait(key, upload);
  await client.untilIdle();
  const before = await client.outputsOf(key);
  await client.upload(key, upload);
  await client.untilIdle();
  // ETags and times, to the millisecond.
  expect(await client.outputsOf(key)).toEqual(before);
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
