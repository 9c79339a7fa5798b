import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { KEY, letters, manifestOf, there } from '../testing/letters.ts';
import { MemoryBudget } from './memory-budget.ts';
import { reconcile } from './reconcile.ts';

const upload = Buffer.from('A');

test.each([
  ['gzip', gzipSync(upload)],
  ['GZIP, aws-chunked', gzipSync(upload)],
  ['x-gzip', gzipSync(upload)],
  ['deflate', deflateSync(upload)],
  ['deflate', deflateRawSync(upload)],
  ['br', brotliCompressSync(upload)],
  // Not encoded, whatever the header says.
  ['aws-chunked', upload],
  ['identity', upload],
  ['base64', upload],
  ['gzip', upload],
])('decodes Content-Encoding: %s', async (contentEncoding, body) => {
  const bucket = letters();
  bucket.source.place(KEY, body, undefined, { contentEncoding });
  expect((await reconcile(KEY, bucket)).kind).toBe('done');
  expect(bucket.processed.textOf(`${KEY}/web.webp`)).toBe('web of A');
  expect(manifestOf(bucket)?.source).toMatchObject({ bytes: body.byteLength, contentEncoding });
});

test.each([
  ['gzip, br', gzipSync(upload), 'UNSUPPORTED_FORMAT', 'Content-Encoding "gzip, br": expected one'],
  ['gzip,gzip', gzipSync(upload), 'UNSUPPORTED_FORMAT', 'not nested'],
  ['zstd', upload, 'UNSUPPORTED_FORMAT', 'Content-Encoding "zstd"'],
  ['gzip', gzipSync(gzipSync(upload)), 'UNSUPPORTED_FORMAT', 'nested encodings'],
  ['br', brotliCompressSync(gzipSync(upload)), 'UNSUPPORTED_FORMAT', 'nested encodings'],
  ['gzip', gzipSync(upload).subarray(0, 15), 'CORRUPT_IMAGE', 'not valid gzip'],
])('rejects Content-Encoding: %s precisely', async (contentEncoding, body, code, message) => {
  const bucket = letters();
  bucket.source.place(KEY, body, undefined, { contentEncoding });
  expect(await reconcile(KEY, bucket)).toMatchObject({
    manifest: {
      error: { code, message: expect.stringContaining(message) as string, retryable: false },
    },
  });
});

test.each([
  ['gzip', gzipSync(Buffer.alloc(2_000_000)), 1024, false, 'bytes: more than 1,000,000 after'],
  ['br', brotliCompressSync(Buffer.alloc(2_000_000)), 1024, false, 'the limit is 1,000,000'],
  ['deflate', deflateSync(Buffer.alloc(2_000_000)), 1, true, 'memory in MiB: needs about 2'],
])('stops decoding %s at the limit', async (contentEncoding, body, memory, retryable, message) => {
  const limits = { bytes: 1_000_000 };
  const bucket = letters({}, { limits, memory: new MemoryBudget(memory) });
  bucket.source.place(KEY, body, undefined, { contentEncoding });
  expect(await reconcile(KEY, bucket)).toMatchObject({
    manifest: {
      error: {
        code: 'TOO_LARGE',
        message: expect.stringContaining(message) as string,
        retryable,
      },
    },
  });
  expect(bucket.memory.used).toBe(0);
});

test('an object that cannot be read is SOURCE_UNREADABLE, at the first attempt, until it can be', async () => {
  const bucket = letters();
  bucket.source.place(KEY, 'A', undefined, { unreadable: 'restore it' });
  for (const lastAttempt of [false, true])
    expect(await reconcile(KEY, bucket, { lastAttempt })).toMatchObject({
      kind: 'rejected',
      manifest: {
        source: { key: KEY, bytes: 1 },
        error: { code: 'SOURCE_UNREADABLE', message: 'restore it', retryable: true },
      },
    });
  expect(there(bucket)).toEqual([`${KEY}/manifest.json`]);
  bucket.source.place(KEY, 'A');
  expect((await reconcile(KEY, bucket)).kind).toBe('done');
});

test('outputs that are up to date stay when their upload is archived', async () => {
  const bucket = letters();
  bucket.source.place(KEY, 'A');
  await reconcile(KEY, bucket);
  bucket.source.place(KEY, 'A', undefined, { unreadable: 'restore it' });
  expect(await reconcile(KEY, bucket)).toMatchObject({ code: 'UP_TO_DATE' });
});
