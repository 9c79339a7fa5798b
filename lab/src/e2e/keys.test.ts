/** Any key that S3 accepts can be an upload, and its outputs have the keys of the contract. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';

let running: RunningStack;
let client: Client;
let jpeg: Buffer;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
  jpeg = await picture();
});

afterAll(async () => {
  await running.stop();
});

test.each([
  ['a space', 'with space.jpg'],
  ['spaces at both ends', ' spaced '],
  ['a plus', 'plus+plus.jpg'],
  ['a per cent sign', '100%.jpg'],
  ['what looks encoded', '%41%2Fb%20c.jpg'],
  ['an ampersand', 'salt&pepper.jpg'],
  ['an equals sign', 'a=b.jpg'],
  ['quotes', `"double" 'single' \`back\`.jpg`],
  ['what XML and HTML mark up with', '<b>&amp;</b>.jpg'],
  ['what URLs are divided with', 'a?b#c;d,e:f@g.jpg'],
  ['other ASCII', '*~!$^|{}[]()\\.jpg'],
  ['umlauts, composed', 'f\u00fcr.jpg'],
  ['umlauts, decomposed: another key', 'fu\u0308r.jpg'],
  ['Japanese', '日本語の写真.jpg'],
  ['Arabic', 'صورة.jpg'],
  ['Cyrillic', 'фото.jpg'],
  ['emoji, some of several code points', '📷🏔️👩‍👩‍👧.jpg'],
  ['a line break and a tab', 'line\nbreak\ttab.jpg'],
  ['what XML cannot say', 'bell\u0007 and escape\u001b.jpg'],
  ['empty folders', 'a//b.jpg'],
  ['what a path would resolve', 'a/../b/./c.jpg'],
  ['no extension', 'plain'],
  ['the name of a manifest', 'manifest.json'],
])('%s', async (_what, name) => {
  const key = `uploads/${name}`;
  const manifest = await client.uploadAndWait(key, jpeg);
  expect(manifest).toMatchObject({ status: 'done', source: { key } });
  expect([...(await client.outputsOf(key)).keys()]).toContain(`${key}/thumb.webp`);
});

function keyOfBytes(length: number): string {
  const start = 'uploads/';
  return start + '日'.repeat(100) + 'x'.repeat(length - start.length - 300);
}

test('a key of 1,024 bytes has its outputs below _long/ and its SHA-256', async () => {
  const key = keyOfBytes(1024);
  expect(Buffer.byteLength(key)).toBe(1024);
  const manifest = await client.uploadAndWait(key, jpeg);
  const folder = `_long/${createHash('sha256').update(key).digest('hex')}/`;
  expect(manifest.source.key).toBe(key);
  expect(manifest.outputs.map((output) => output.key)).toContain(`${folder}thumb.webp`);
});

test('the longest key whose outputs fit has them below itself, and the next one has not', async () => {
  // "/w1280-webp.webp" is the longest name that the recipe asks for.
  const longest = keyOfBytes(1024 - '/w1280-webp.webp'.length);
  const { outputs } = await client.uploadAndWait(longest, jpeg);
  expect(outputs.map(({ key }) => Buffer.byteLength(key))).toContain(1024);
  const next = await client.uploadAndWait(`${longest}x`, jpeg);
  for (const { key } of next.outputs) expect(key).toMatch(/^_long\/[0-9a-f]{64}\//);
});

test('a key that is the prefix of another: each has its own outputs, and goes alone', async () => {
  const [outer, inner] = ['uploads/a.jpg', 'uploads/a.jpg/b.jpg'];
  await Promise.all([client.uploadAndWait(outer, jpeg), client.uploadAndWait(inner, jpeg)]);
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);

  await client.remove(outer);
  await client.untilIdle();
  expect((await client.manifestOf(outer))?.status).toBeUndefined();
  expect((await client.manifestOf(inner))?.status).toBe('done');

  await client.uploadAndWait(outer, jpeg);
  await client.remove(inner);
  await client.untilIdle();
  expect((await client.manifestOf(outer))?.status).toBe('done');
  expect((await client.outputsOf(inner)).size).toBe(0);
});

test('an upload whose key is the key of an output', async () => {
  await client.uploadAndWait('uploads/c.jpg', jpeg);
  await client.uploadAndWait('uploads/c.jpg/thumb.webp', jpeg);
  await client.remove('uploads/c.jpg/thumb.webp');
  await client.untilIdle();
  expect((await client.manifestOf('uploads/c.jpg'))?.status).toBe('done');
});

test('folder markers are ignored', async () => {
  await client.upload('uploads/x/', '');
  await client.upload('uploads/', '');
  await client.uploadAndWait('uploads/x/photo.jpg', jpeg);
  await client.untilIdle();
  const outputs = await client.list(client.stack.processedBucket, 'uploads/x/');
  expect([...outputs.keys()].filter((key) => !key.startsWith('uploads/x/photo.jpg/'))).toEqual([]);
});

test('keys outside the prefix are ignored', async () => {
  await client.upload('other/photo.jpg', jpeg);
  await client.upload('Uploads/photo.jpg', jpeg);
  await client.untilIdle();
  expect((await client.list(client.stack.processedBucket, 'other/')).size).toBe(0);
  expect((await client.list(client.stack.processedBucket, 'Uploads/')).size).toBe(0);
});

test('the processed bucket contains exactly the outputs of all uploads', async () => {
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
});
