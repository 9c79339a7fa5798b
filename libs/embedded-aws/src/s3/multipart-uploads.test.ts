import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('multipart uploads in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const create = async (Key: string) =>
    (await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId ?? '';
  const part = (Key: string, UploadId: string, PartNumber: number, Body = 'x') =>
    aws.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  const complete = (Key: string, UploadId: string, Parts: object[]) =>
    aws.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );

  test('is nothing to be read before it is completed, survives a restart, and ends once', async () => {
    const UploadId = await create('a');
    const { ETag } = await part('a', UploadId, 1, 'whole');
    await refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'a' })), 'NotFound', 404);
    if (storage === 'SQLite') await aws.restart();
    await complete('a', UploadId, [{ PartNumber: 1, ETag }]);
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body?.transformToString()).toBe('whole');
    await refused(complete('a', UploadId, [{ PartNumber: 1, ETag }]), 'NoSuchUpload', 404);
  });

  test('belongs to its bucket and key', async () => {
    const UploadId = await create('mine');
    await refused(part('other', UploadId, 1), 'NoSuchUpload', 404);
    const { ETag } = await part('mine', UploadId, 1);
    await refused(complete('other', UploadId, [{ PartNumber: 1, ETag }]), 'NoSuchUpload', 404);
    const abort = { Bucket, Key: 'mine', UploadId };
    await aws.s3.send(new AbortMultipartUploadCommand(abort));
    await refused(aws.s3.send(new AbortMultipartUploadCommand(abort)), 'NoSuchUpload', 404);
  });

  test('needs parts, with numbers from 1 to 10,000', async () => {
    const UploadId = await create('numbers');
    await refused(complete('numbers', UploadId, []), 'MalformedXML', 400);
    for (const number of [0, 10_001]) {
      await refused(part('numbers', UploadId, number), 'InvalidArgument', 400);
    }
    await part('numbers', UploadId, 10_000);
  });

  test('a PUT with only half of its query is no upload of an object', async () => {
    const UploadId = await create('half');
    for (const [query, status] of [
      [`uploadId=${UploadId}`, 400],
      ['partNumber=1', 404],
    ] as const) {
      const answer = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/half?${query}`, {}, 'x');
      expect(answer.status).toBe(status);
    }
    await refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'half' })), 'NotFound', 404);
  });
});
