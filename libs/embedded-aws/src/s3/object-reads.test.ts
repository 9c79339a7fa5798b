import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

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

  test('an empty object', async () => {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: new Uint8Array() }));
    const answer = await get({ Key: 'empty' });
    expect(answer.ContentLength).toBe(0);
    expect(answer.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
  });
});
