import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('reads in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
    await aws.s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a',
        Body: '0123456789',
        ContentType: 'image/jpeg',
        CacheControl: 'no-cache',
        Metadata: { recipe: 'photos' },
      }),
    );
  });
  afterAll(() => aws.stop());

  const get = (more: object) => aws.s3.send(new GetObjectCommand({ Bucket, Key: 'a', ...more }));

  test('what was stored comes back', async () => {
    expect(await get({})).toMatchObject({
      ContentType: 'image/jpeg',
      CacheControl: 'no-cache',
      ContentLength: 10,
      AcceptRanges: 'bytes',
      Metadata: { recipe: 'photos' },
    });
  });

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=8-', '89', 'bytes 8-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=5-99', '56789', 'bytes 5-9/10'],
  ])('range %s', async (Range, text, contentRange) => {
    const answer = await get({ Range });
    expect(answer.ContentRange).toBe(contentRange);
    expect(await answer.Body?.transformToString()).toBe(text);
  });

  test('a range beyond the end is 416', async () => {
    await refused(get({ Range: 'bytes=10-' }), 'InvalidRange', 416);
  });

  test('a presigned link may set headers of the answer', async () => {
    const answer = await get({
      ResponseContentType: 'text/plain',
      ResponseContentDisposition: 'attachment; filename="cat.jpg"',
    });
    expect(answer).toMatchObject({
      ContentType: 'text/plain',
      ContentDisposition: 'attachment; filename="cat.jpg"',
    });
  });

  test('each header of the answer can be set, and no other', async () => {
    const query = [
      ...['cache-control', 'content-disposition', 'content-encoding', 'content-language'],
      ...['content-type', 'expires', 'etag'],
    ].map((name) => `response-${name}=asked`);
    const path = `/${Bucket}/a`;
    const answer = await rawRequest(aws.endpoint, 'GET', `${path}?v=2&${query.join('&')}`);
    expect(answer.headers).toMatchObject({
      ...{ 'cache-control': 'asked', 'content-disposition': 'asked', 'content-encoding': 'asked' },
      ...{ 'content-language': 'asked', 'content-type': 'asked', expires: 'asked' },
      etag: expect.stringMatching(/^"/),
    });
    expect(answer.headers).not.toHaveProperty('v');
    for (const [what, headers, status] of [
      ['a', { 'if-match': '"other"' }, 412],
      ['missing', {}, 404],
    ] as const) {
      const target = `/${Bucket}/${what}?response-content-type=text/html`;
      const failed = await rawRequest(aws.endpoint, 'GET', target, headers);
      expect([failed.status, failed.headers['content-type']]).toEqual([status, 'application/xml']);
    }
  });

  test('a copy from any form of its source, or none', async () => {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'dir/é?x', Body: 'here' }));
    const copy = (source: string) =>
      rawRequest(aws.endpoint, 'PUT', `/${Bucket}/copy`, { 'x-amz-copy-source': source });
    for (const source of [`/${Bucket}/dir%2F%C3%A9%3Fx`, `${Bucket}/dir/%C3%A9%3Fx`]) {
      expect((await copy(source)).status).toBe(200);
      const { Body } = await get({ Key: 'copy' });
      expect(await Body?.transformToString()).toBe('here');
    }
    for (const [source, status] of [
      [`${Bucket}/missing`, 404],
      ['no-such-bucket/a', 404],
      [`${Bucket}/a?versionId=${'x'.repeat(32)}`, 404],
      [Bucket, 400],
      ['/', 400],
    ] as const)
      expect([source, (await copy(source)).status]).toEqual([source, status]);
  });

  test('a missing object, in a missing bucket too', async () => {
    await refused(get({ Key: 'missing' }), 'NoSuchKey', 404);
    await refused(get({ Bucket: 'no-such-bucket' }), 'NoSuchBucket', 404);
    const VersionId = 'x'.repeat(32);
    await refused(get({ Bucket: 'no-such-bucket', VersionId }), 'NoSuchBucket', 404);
    await refused(get({ VersionId }), 'NoSuchVersion', 404);
  });

  test('no version of a bucket without versioning is named', async () => {
    const answer = await rawRequest(aws.endpoint, 'GET', `/${Bucket}/a`);
    expect(answer.headers).not.toHaveProperty('x-amz-version-id');
    const source = { 'x-amz-copy-source': `${Bucket}/a` };
    const copied = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/copy`, source);
    expect(copied.headers).not.toHaveProperty('x-amz-copy-source-version-id');
    expect(copied.headers).not.toHaveProperty('x-amz-version-id');
  });

  test('an empty object', async () => {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: new Uint8Array() }));
    const answer = await get({ Key: 'empty' });
    expect(answer.ContentLength).toBe(0);
    expect(answer.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
    await refused(get({ Key: 'empty', Range: 'bytes=-1' }), 'InvalidRange', 416);
  });
});
