import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openRequest } from '../testing/raw-request.ts';
import { refused, RunningAws } from '../testing/running-aws.ts';

describe('a delete during a conditional upload', () => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start();
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const put = (Key: string) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }));
  const remove = (Key: string) => aws.s3.send(new DeleteObjectCommand({ Bucket, Key }));

  /** The server must have seen the request's head before the delete: it answers 100 then. */
  async function slowUpload(Key: string, between: () => Promise<unknown>) {
    const headers = { 'if-none-match': '*', 'content-length': 4, expect: '100-continue' };
    const upload = openRequest(aws.endpoint, 'PUT', `/${Bucket}/${Key}`, headers);
    upload.send('ab');
    await upload.continued;
    await between();
    upload.end('cd');
    return upload.answer;
  }

  test('makes it fail with 409, and the next try is free', async () => {
    await put('slow');
    const answer = await slowUpload('slow', () => remove('slow'));
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('<Code>ConditionalRequestConflict</Code>');
    await refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'slow' })), 'NotFound', 404);
    await put('slow');
  });

  test('of another key, or of nothing, does not matter', async () => {
    await put('neighbour');
    const answer = await slowUpload('calm', async () => {
      await remove('neighbour');
      await remove('calm');
    });
    expect(answer.status).toBe(200);
  });

  test('that came before it was completed does not matter to a multipart upload', async () => {
    const Key = 'multipart';
    await put(Key);
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await aws.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x' }),
    );
    await remove(Key);
    await aws.s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        IfNoneMatch: '*',
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
  });
});
