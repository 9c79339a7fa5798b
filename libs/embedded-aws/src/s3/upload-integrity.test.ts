import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CHECKSUMS } from './upload-integrity.ts';
import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('checksums of uploads in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const missing = (Key: string) =>
    refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key })), 'NotFound', 404);

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    '%s: accepts the right one; a wrong one is BadDigest and stores nothing',
    async (algorithm) => {
      const good = new PutObjectCommand({
        Bucket,
        Key: `good-${algorithm}`,
        Body: 'some bytes',
        ChecksumAlgorithm: ChecksumAlgorithm[algorithm],
      });
      await aws.s3.send(good);
      const wrong = new PutObjectCommand({
        Bucket,
        Key: `wrong-${algorithm}`,
        Body: 'some bytes',
        [`Checksum${algorithm}`]: 'AAAAAA==',
      });
      await refused(aws.s3.send(wrong), 'BadDigest', 400);
      await missing(`wrong-${algorithm}`);
    },
  );

  test('Content-MD5', async () => {
    const ContentMD5 = createHash('md5').update('x').digest('base64');
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'md5', Body: 'x', ContentMD5 }));
    const wrong = new PutObjectCommand({ Bucket, Key: 'md5-wrong', Body: 'y', ContentMD5 });
    await refused(aws.s3.send(wrong), 'BadDigest', 400);
    await missing('md5-wrong');
  });

  const chunked = (checksum: string, declared = 5) =>
    rawRequest(
      aws.endpoint,
      'PUT',
      `/${Bucket}/chunked`,
      {
        'content-encoding': 'gzip, aws-chunked',
        'x-amz-decoded-content-length': declared,
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${checksum}\r\n\r\n`,
    );

  test('a trailing checksum, and the encoding that remains', async () => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32('hello'));
    expect((await chunked(sum.toString('base64'))).status).toBe(200);
    const head = await aws.s3.send(
      new HeadObjectCommand({ Bucket, Key: 'chunked', ChecksumMode: 'ENABLED' }),
    );
    expect(head).toMatchObject({
      ContentEncoding: 'gzip',
      ContentLength: 5,
      ChecksumCRC32: sum.toString('base64'),
    });
    expect((await chunked('AAAAAA==')).text).toContain('<Code>BadDigest</Code>');
    expect((await chunked(sum.toString('base64'), 6)).text).toContain(
      '<Code>IncompleteBody</Code>',
    );
  });

  test('a SHA-256 of the body in capitals, or of another body', async () => {
    const put = (sha256: string) =>
      rawRequest(aws.endpoint, 'PUT', `/${Bucket}/sha`, { 'x-amz-content-sha256': sha256 }, 'x');
    const sha256 = createHash('sha256').update('x').digest('hex');
    expect((await put(sha256.toUpperCase())).status).toBe(200);
    expect((await put('a'.repeat(64))).text).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
  });

  test.each([
    ['an unknown checksum', 'x-amz-checksum-foo', 'x-amz-checksum-foo:a', 'InvalidArgument'],
    ['one trailer too few', 'x-amz-checksum-sha1, x-amz-a', 'x-amz-a:b', 'MalformedTrailerError'],
    ['one trailer too many', 'x-amz-a', 'x-amz-a:b\r\nx-amz-b:c', 'MalformedTrailerError'],
    ['capitals and any other header', 'X-Amz-Meta-A', 'X-Amz-META-a: b ', undefined],
  ])('trailers: %s', async (_what, announced, trailers, code) => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': 5,
      'x-amz-trailer': announced,
    };
    const body = `5\r\nhello\r\n0\r\n${trailers}\r\n\r\n`;
    const answer = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/trailers`, headers, body);
    const [, found] = /<Code>(.*)<\/Code>/.exec(answer.text) ?? [];
    expect(found).toBe(code);
    if (code !== undefined) return missing('trailers');
    const head = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'trailers' }));
    expect(head).toMatchObject({ Metadata: { a: 'b' }, ContentLength: 5 });
    expect(head.ContentEncoding).toBeUndefined();
  });

  test('a body that is only called chunked is stored as it is', async () => {
    const headers = { 'content-encoding': 'gzip', 'x-amz-decoded-content-length': 5 };
    const body = '5\r\nhello\r\n0\r\n\r\n';
    await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/plain`, headers, body);
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'plain' }));
    expect(await Body?.transformToString()).toBe(body);
  });

  test('a copy with new metadata has no checksum of the empty request', async () => {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: 'bytes' }));
    await aws.s3.send(
      new CopyObjectCommand({
        ...{ Bucket, Key: 'copied', CopySource: `${Bucket}/source`, MetadataDirective: 'REPLACE' },
      }),
    );
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'copied' }));
    expect(await Body?.transformToString()).toBe('bytes'); // the SDK compares the checksum
  });

  test('the SDK checks on download what it sent, parts included', async () => {
    const Body = Buffer.alloc(11 * 1024 * 1024, 'photo');
    await new Upload({ client: aws.s3, params: { Bucket, Key: 'parts', Body } }).done();
    const answer = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'parts' }));
    const bytes = await answer.Body?.transformToByteArray();
    expect(Buffer.compare(Buffer.from(bytes ?? []), Body)).toBe(0);
    expect(answer.ETag).toMatch(/-3"$/);
  });

  test.each(['none', 'crc64nvme', 'crc32c'])(
    'an upload with %s of the checksums that are kept has one all the same',
    async (name) => {
      const algorithm = CHECKSUMS[`x-amz-checksum-${name}`];
      const declared = await algorithm?.digest(Buffer.from('hello'));
      const headers = declared === undefined ? {} : { [`x-amz-checksum-${name}`]: declared };
      const put = await rawRequest(
        aws.endpoint,
        'PUT',
        `/${Bucket}/bare-${name}`,
        headers,
        'hello',
      );
      expect(put.status).toBe(200);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32('hello'));
      const Key = `bare-${name}`;
      const head = new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' });
      expect((await aws.s3.send(head)).ChecksumCRC32).toBe(sum.toString('base64'));
    },
  );

  test('an upload with a SHA-256 keeps that, and gets no other', async () => {
    const sha256 = createHash('sha256').update('hello').digest('base64');
    const headers = { 'x-amz-checksum-sha256': sha256 };
    await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/bare-sha256`, headers, 'hello');
    const head = new HeadObjectCommand({ Bucket, Key: 'bare-sha256', ChecksumMode: 'ENABLED' });
    const { ChecksumSHA256, ChecksumCRC32 } = await aws.s3.send(head);
    expect({ ChecksumSHA256, ChecksumCRC32 }).toEqual({ ChecksumSHA256: sha256 });
  });

  test('a request body other than an object is verified too', async () => {
    const wrong = { 'x-amz-checksum-crc32': 'AAAAAA==' };
    const body = '<Delete><Object><Key>parts</Key></Object></Delete>';
    const answer = await rawRequest(aws.endpoint, 'POST', `/${Bucket}?delete`, wrong, body);
    expect(answer.text).toContain('<Code>BadDigest</Code>');
  });
});
