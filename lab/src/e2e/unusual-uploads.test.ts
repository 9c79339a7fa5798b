/** Uploads that the function cannot read, that are encoded, or of which some variants cannot be made. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createHash, randomBytes } from 'node:crypto';
import { PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bare, type Client } from '../testing/client.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startPipeline, type RunningStack } from '../testing/running-stack.ts';

/** One variant fits every picture, the other one only those with a right half of 300 pixels. */
const VARIANTS = [
  { name: 'small', steps: [{ resize: { width: 16 } }, { encode: 'webp' }] },
  { name: 'part', steps: [{ crop: { left: 300, top: 0, width: 20, height: 20 } }] },
];
const PIPELINE = {
  recipes: [
    { name: 'strict', match: { prefix: 'strict/' }, variants: VARIANTS, allOrNothing: true },
    { name: 'lenient', match: { prefix: 'uploads/' }, variants: VARIANTS },
  ],
  storage: { protect: false },
};

let running: RunningStack;
let client: Client;

beforeAll(async () => {
  running = await startPipeline(PIPELINE);
  client = running.client;
});

afterAll(() => running.stop());

async function put(Key: string, Body: Buffer, options: Partial<PutObjectCommandInput> = {}) {
  const { sourceBucket: Bucket } = client.stack;
  const { ETag } = await client.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...options }));
  return client.outcomeOf(Key, bare(ETag));
}

describe('an upload that cannot be read is SOURCE_UNREADABLE, and processed once it can be', () => {
  const key = randomBytes(32);
  test.each([
    ['archived in Glacier', { StorageClass: 'GLACIER' }, 'restore it'],
    [
      'encrypted with a key of its uploader',
      {
        SSECustomerAlgorithm: 'AES256',
        SSECustomerKey: key.toString('base64'),
        SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
      },
      'without that key',
    ],
  ] as const)('%s', async (name, options, advice) => {
    const at = `uploads/${name}.jpg`;
    const upload = await picture({ width: 400, height: 300 });
    expect(await put(at, upload, options)).toMatchObject({
      status: 'rejected',
      outputs: [],
      error: {
        code: 'SOURCE_UNREADABLE',
        message: expect.stringContaining(advice) as string,
        retryable: true,
      },
    });
    const readable = await picture({ width: 400, height: 300, seed: 2 });
    expect(await client.uploadAndWait(at, readable)).toMatchObject({ status: 'done' });
  });
});

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
] as const)('an upload with Content-Encoding %s is decoded', async (coding, encode) => {
  const upload = encode(await picture({ width: 400, height: 300 }));
  const manifest = await put(`uploads/${coding}.jpg`, upload, { ContentEncoding: coding });
  expect(manifest).toMatchObject({
    status: 'done',
    source: {
      bytes: upload.byteLength,
      contentEncoding: coding,
      sha256: createHash('sha256').update(upload).digest('hex'),
      format: 'jpeg',
      width: 400,
    },
    outputs: [{ variant: 'small' }, { variant: 'part' }],
  });
});

describe('a variant that cannot be made of the upload', () => {
  test('is skipped with a reason, and removed if an earlier upload had it', async () => {
    const key = 'uploads/skipped.jpg';
    await client.uploadAndWait(key, await picture({ width: 400, height: 300 }));
    expect((await client.outputsOf(key)).has(`${key}/part.jpg`)).toBe(true);
    const manifest = await client.uploadAndWait(key, await picture({ width: 100, height: 80 }));
    expect(manifest).toMatchObject({
      status: 'done',
      outputs: [{ variant: 'small' }],
      skipped: [{ variant: 'part', code: 'NOT_APPLICABLE', retryable: false }],
    });
    // The function deletes it after the manifest.
    await client.untilIdle();
    expect((await client.outputsOf(key)).has(`${key}/part.jpg`)).toBe(false);
  });

  test('rejects the upload if the recipe wants all or nothing', async () => {
    const key = 'strict/skipped.jpg';
    const manifest = await client.uploadAndWait(key, await picture({ width: 100, height: 80 }));
    expect(manifest).toMatchObject({
      status: 'rejected',
      outputs: [],
      error: { code: 'NOT_APPLICABLE', retryable: false },
    });
  });
});

test('none of them alerts an operator, and the buckets agree', async () => {
  await client.untilIdle();
  expect(await new DeadLetters(client).all()).toEqual([]);
  expect(await findInconsistencies(client)).toEqual([]);
});
