import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws } from '../testing/running-aws.ts';
import { chunkedForm, decodeAwsChunked, type ChunkedForm } from './aws-chunked.ts';

const BYTES = 'bytes of a photo';

interface RecordedUpload {
  readonly client: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly contentEncoding?: string;
}

const CHUNKED = { 'x-amz-decoded-content-length': '16' };

/** Uploads of the 16 bytes as clients send them, recorded on 2026-12-01. */
const RECORDED: readonly RecordedUpload[] = [
  {
    client: 'mc (minio-go 7.0.88), without Content-Encoding',
    headers: { ...CHUNKED, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
    body: `10;chunk-signature=04438bc6c1bf8c721fd0c3cda46eebd0a51160faac804e2820ca9dc310d8b8b2\r\n${BYTES}\r\n0;chunk-signature=cdef617be27475a98b155864fa204932b18de2237516ca129963b5b9ac4aa757\r\n\r\n`,
  },
  {
    client: 'minio-go 7.4.1',
    headers: {
      ...CHUNKED,
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    },
    body: `10;chunk-signature=70fe98b9ee6d1c9892e9c655988b390ebb06b912c7f192e586a2028c53fb2523\r\n${BYTES}\r\n0;chunk-signature=c56a320ff353e235406ac1e7e36fa6acb9e530c41d2fe93adfab4b878b91a8ac\r\n\r\n`,
  },
  {
    client: 'minio-go 7.4.1 with a trailing checksum',
    headers: {
      ...CHUNKED,
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
    },
    body: `10;chunk-signature=bb181bc559688bb0b29bb79d44ba542a90e088516159608357d1ef44fd75f571\r\n${BYTES}\r\n0;chunk-signature=62bb53a8d083f02a597ddebe7350fec8e50484c38ae61cc15e320d3dcdef8fff\r\nx-amz-checksum-crc32c:NIMWVQ==\n\r\nx-amz-trailer-signature:a78fa610035f7a6c43ef98731818ade69321ef5c67729e03fa1e6fdca072b346\r\n\r\n`,
  },
  {
    client: 'AWS SDK for JavaScript 3 with a stream in two pieces',
    headers: {
      ...CHUNKED,
      'content-encoding': 'gzip,aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    },
    body: '9\r\nbytes of \r\n7\r\na photo\r\n0\r\nx-amz-checksum-crc32:GThTVQ==\r\n\r\n',
    contentEncoding: 'gzip',
  },
];

/** The ECDSA forms as the API reference describes them: the clients here cannot sign them. */
const DESCRIBED: readonly RecordedUpload[] = [
  {
    client: 'Signature Version 4A',
    headers: { ...CHUNKED, 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' },
    body: `10;chunk-signature=${'3045022100'.padEnd(142, 'a')}**\r\n${BYTES}\r\n0;chunk-signature=${'3044022000'.padEnd(140, 'b')}****\r\n\r\n`,
  },
  {
    client: 'Signature Version 4A with a trailing checksum',
    headers: {
      ...CHUNKED,
      'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    },
    body: `10;chunk-signature=${'3045022100'.padEnd(142, 'a')}**\r\n${BYTES}\r\n0;chunk-signature=${'3044022000'.padEnd(140, 'b')}****\r\nx-amz-checksum-crc32:GThTVQ==\r\nx-amz-trailer-signature:${'3045'.padEnd(142, 'c')}**\r\n\r\n`,
  },
  {
    client: 'an unsigned request with chunks and without x-amz-content-sha256',
    headers: {
      ...CHUNKED,
      'content-encoding': 'aws-chunked',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    },
    body: `10\r\n${BYTES}\r\n0\r\nx-amz-checksum-crc32:GThTVQ==\r\n\r\n`,
  },
  {
    client: 'a plain body with its SHA-256',
    headers: { 'x-amz-content-sha256': createHash('sha256').update(BYTES).digest('hex') },
    body: BYTES,
  },
  {
    client: 'a plain unsigned body',
    headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'content-encoding': 'br' },
    body: BYTES,
    contentEncoding: 'br',
  },
];

/** A complete upload whose parts the tests below break one by one. */
const [mc, , signedTrailer, unsignedTrailer] = RECORDED as [
  RecordedUpload,
  RecordedUpload,
  RecordedUpload,
  RecordedUpload,
];

describe('uploads of every form', () => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start();
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  test.each([...RECORDED, ...DESCRIBED])(
    'stores exactly the bytes that the client sends: $client',
    async ({ headers, body, contentEncoding }) => {
      const put = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/photo`, headers, body);
      expect([put.status, put.text]).toEqual([200, '']);
      const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'photo' }));
      expect(await got.Body?.transformToString()).toBe(BYTES);
      expect(got.ContentEncoding).toBe(contentEncoding);
    },
  );

  test('stores exactly the bytes of a part', async () => {
    const created = await rawRequest(aws.endpoint, 'POST', `/${Bucket}/parts?uploads`);
    const [, uploadId = ''] = /<UploadId>(.*)<\/UploadId>/.exec(created.text) ?? [];
    const path = `/${Bucket}/parts?uploadId=${uploadId}`;
    const part = await rawRequest(aws.endpoint, 'PUT', `${path}&partNumber=1`, mc.headers, mc.body);
    const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag ?? ''}</ETag></Part></CompleteMultipartUpload>`;
    expect((await rawRequest(aws.endpoint, 'POST', path, {}, document)).status).toBe(200);
    const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'parts' }));
    expect(await got.Body?.transformToString()).toBe(BYTES);
  });

  const SHA256 = 'x-amz-content-sha256';
  const LENGTH = 'x-amz-decoded-content-length';
  const signature = `chunk-signature=${'a'.repeat(64)}`;
  test.each<[string, RecordedUpload, Readonly<Record<string, string>>, string, string, number]>([
    ['a size that is not a number', mc, {}, mc.body.replace('10;', 'xx;'), 'IncompleteBody', 400],
    ['a chunk shorter than its size', mc, {}, mc.body.replace('10;', '11;'), 'IncompleteBody', 400],
    ['a chunk longer than its size', mc, {}, mc.body.replace('10;', 'f;'), 'IncompleteBody', 400],
    [
      'a chunk without its end',
      mc,
      {},
      mc.body.replace('photo\r\n', 'photoxx'),
      'IncompleteBody',
      400,
    ],
    ['a size beyond 4 GiB', mc, {}, mc.body.replace('10;', '100000000;'), 'IncompleteBody', 400],
    ['an end in a chunk', mc, {}, mc.body.slice(0, 95), 'IncompleteBody', 400],
    ['no last chunk', mc, {}, `10;${signature}\r\n${BYTES}\r\n`, 'IncompleteBody', 400],
    ['no signature', mc, {}, mc.body.replace(/;.*?\r/, '\r'), 'IncompleteBody', 400],
    ['half a signature', mc, {}, mc.body.replace(/;(.{20}).*?\r/, ';$1\r'), 'IncompleteBody', 400],
    ['bytes after the last chunk', mc, {}, `${mc.body}more`, 'IncompleteBody', 400],
    ['a plain body that calls itself chunked', mc, {}, BYTES, 'IncompleteBody', 400],
    ['an empty body', mc, {}, '', 'IncompleteBody', 400],
    ['another decoded length', mc, { [LENGTH]: '17' }, mc.body, 'IncompleteBody', 400],
    ['a decoded length in words', mc, { [LENGTH]: 'many' }, mc.body, 'IncompleteBody', 400],
    [
      'an unknown form',
      mc,
      { [SHA256]: 'STREAMING-AWS5-HMAC-SHA512-PAYLOAD' },
      mc.body,
      'InvalidArgument',
      400,
    ],
    ['another SHA-256', mc, { [SHA256]: 'a'.repeat(64) }, BYTES, 'XAmzContentSHA256Mismatch', 400],
    [
      'a checksum of other bytes',
      unsignedTrailer,
      {},
      unsignedTrailer.body.replace('GThTVQ', 'AAAAAA'),
      'BadDigest',
      400,
    ],
    [
      'a signed checksum of other bytes',
      signedTrailer,
      {},
      signedTrailer.body.replace('NIMWVQ', 'AAAAAA'),
      'BadDigest',
      400,
    ],
    [
      'a trailer that never comes',
      unsignedTrailer,
      {},
      unsignedTrailer.body.replace(/x-amz-checksum.*\r\n/, ''),
      'MalformedTrailerError',
      400,
    ],
    [
      'a trailer that no header announces',
      unsignedTrailer,
      { 'x-amz-trailer': 'x-amz-checksum-crc32' },
      unsignedTrailer.body.replace(/\r\n\r\n$/, '\r\nx-amz-checksum-sha1:AAAA\r\n\r\n'),
      'MalformedTrailerError',
      400,
    ],
    [
      'trailers of more than 4 KiB',
      unsignedTrailer,
      {},
      unsignedTrailer.body.replace(/\r\n\r\n$/, `\r\nx-amz-a:${'a'.repeat(4096)}\r\n\r\n`),
      'IncompleteBody',
      400,
    ],
    [
      'a trailer without a name',
      unsignedTrailer,
      {},
      unsignedTrailer.body.replace('x-amz-checksum-crc32:', ''),
      'MalformedTrailerError',
      400,
    ],
    [
      'a trailer whose name has a space',
      unsignedTrailer,
      {},
      unsignedTrailer.body.replace('x-amz-checksum-crc32:', 'x amz-checksum-crc32:'),
      'MalformedTrailerError',
      400,
    ],
    ['another extension', mc, {}, mc.body.replace('chunk-s', 'S'), 'IncompleteBody', 400],
    [
      'a signed trailer without its signature',
      signedTrailer,
      {},
      signedTrailer.body.replace(/x-amz-trailer-signature.*\r\n/, ''),
      'MalformedTrailerError',
      400,
    ],
  ])('rejects %s, and stores nothing', async (_what, { headers }, change, body, code, status) => {
    const all = { ...headers, ...change };
    const put = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/rejected`, all, body);
    expect(put.text).toContain(`<Code>${code}</Code>`);
    expect(put.status).toBe(status);
    await refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'rejected' })), 'NotFound', 404);
  });

  test('rejects chunks without a decoded length', async () => {
    const { 'x-amz-content-sha256': form = '' } = mc.headers;
    const headers = { 'x-amz-content-sha256': form };
    const put = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/rejected`, headers, mc.body);
    expect(put.status).toBe(411);
    expect(put.text).toContain('<Code>MissingContentLength</Code>');
  });
});

test('decodes any bytes in any chunks, and rejects every cut of them', () => {
  const form = chunkedForm('STREAMING-UNSIGNED-PAYLOAD-TRAILER');
  if (form === undefined) throw new Error('The form is not chunked.');
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })),
      fc.nat(),
      (chunks, at) => {
        const pieces = chunks.flatMap((chunk) => [
          Buffer.from(`${chunk.length.toString(16)}\r\n`),
          chunk,
          Buffer.from('\r\n'),
        ]);
        const framed = Buffer.concat([...pieces, Buffer.from('0\r\nname: value\r\n\r\n')]);
        const decoded = decodeAwsChunked(framed, form);
        expect(decoded.body).toEqual(Buffer.concat(chunks));
        expect(decoded.trailers).toEqual({ name: 'value' });
        const lastChunk = framed.length - '0\r\nname: value\r\n\r\n'.length;
        const cut = framed.subarray(0, at % (lastChunk + 2));
        expect(() => decodeAwsChunked(cut, form)).toThrow(/Content-Length/);
      },
    ),
  );
});

test('chunks and trailers may be long, and names what it takes', () => {
  const form = chunkedForm('STREAMING-UNSIGNED-PAYLOAD-TRAILER') as ChunkedForm;
  const bytes = 'x'.repeat(10_000);
  const long = 'a'.repeat(4000);
  const framed = `2710;unknown=extension\r\n${bytes}\r\n0\r\nX-A: ${long}: \r\n\r\n`;
  const { body, trailers } = decodeAwsChunked(Buffer.from(framed), form);
  expect(body.toString()).toBe(bytes);
  expect(trailers).toEqual({ 'x-a': `${long}:` });
  expect(() => chunkedForm('other')).toThrow(
    'it must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-',
  );
});
