import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  InvalidObjectState,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
  type StorageClass,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('objects in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const put = (Key: string, options: object) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'bytes', ...options }));
  const get = (Key: string, options: object = {}) =>
    aws.s3.send(new GetObjectCommand({ Bucket, Key, ...options }));
  const head = (Key: string, options: object = {}) =>
    aws.s3.send(new HeadObjectCommand({ Bucket, Key, ...options }));

  test.each<StorageClass>(['GLACIER', 'DEEP_ARCHIVE'])(
    'in %s have to be restored before they can be read',
    async (StorageClass) => {
      await put('archived', { StorageClass });
      if (storage === 'SQLite') await aws.restart();
      await refused(get('archived'), 'InvalidObjectState', 403);
      const error: unknown = await get('archived').catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidObjectState);
      expect(error).toMatchObject({ StorageClass });
      expect(await head('archived')).toMatchObject({ StorageClass, ContentLength: 5 });
      const copy = new CopyObjectCommand({
        ...{ Bucket, Key: 'copy', CopySource: `${Bucket}/archived` },
      });
      await refused(aws.s3.send(copy), 'ObjectNotInActiveTierError', 403);
      const { Contents = [] } = await aws.s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'archived' }),
      );
      expect(Contents).toMatchObject([{ StorageClass }]);
    },
  );

  test.each<StorageClass>(['STANDARD_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'])(
    'in %s can be read at once',
    async (StorageClass) => {
      await put('cool', { StorageClass });
      expect(await get('cool')).toMatchObject({ StorageClass });
    },
  );

  test('of the standard class have no storage class header, as in S3', async () => {
    await put('standard', { StorageClass: 'STANDARD' });
    expect((await head('standard')).StorageClass).toBeUndefined();
    const unknown = put('standard', { StorageClass: 'CELLAR' });
    await refused(unknown, 'InvalidStorageClass', 400);
  });

  function customerKey(fill: string) {
    const key = Buffer.alloc(32, fill);
    return {
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: key.toString('base64'),
      SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
    };
  }

  test('with a customer’s key (SSE-C) need it in GET, HEAD and copies', async () => {
    const key = customerKey('k');
    const { SSECustomerKeyMD5 } = await put('secret', { ...key, Metadata: { by: 'me' } });
    expect(SSECustomerKeyMD5).toBe(key.SSECustomerKeyMD5);
    if (storage === 'SQLite') await aws.restart();
    await refused(get('secret'), 'InvalidRequest', 400);
    await expect(head('secret')).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    await refused(get('secret', customerKey('x')), 'AccessDenied', 403);
    const answer = await get('secret', key);
    expect(await answer.Body?.transformToString()).toBe('bytes');
    expect(answer).toMatchObject({ SSECustomerAlgorithm: 'AES256', Metadata: { by: 'me' } });
    expect((await head('secret', key)).ContentLength).toBe(5);

    const copy = (options: object) =>
      aws.s3.send(
        new CopyObjectCommand({
          ...{ Bucket, Key: 'copy', CopySource: `${Bucket}/secret` },
          ...options,
        }),
      );
    await refused(copy({}), 'InvalidRequest', 400);
    await copy({
      CopySourceSSECustomerAlgorithm: 'AES256',
      CopySourceSSECustomerKey: key.SSECustomerKey,
      CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
    });
    expect((await get('copy')).SSECustomerAlgorithm).toBeUndefined();
    await refused(get('copy', key), 'InvalidRequest', 400);
  });

  test('uploaded in parts with a customer’s key need it for every part', async () => {
    const key = customerKey('p');
    const target = { Bucket, Key: 'parts' };
    const { UploadId } = await aws.s3.send(
      new CreateMultipartUploadCommand({ ...target, ...key, StorageClass: 'STANDARD_IA' }),
    );
    const part = { ...target, UploadId, PartNumber: 1, Body: 'whole' };
    await refused(aws.s3.send(new UploadPartCommand(part)), 'InvalidRequest', 400);
    const { ETag } = await aws.s3.send(new UploadPartCommand({ ...part, ...key }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await aws.s3.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload, ...key }),
    );
    await refused(get('parts'), 'InvalidRequest', 400);
    expect(await get('parts', key)).toMatchObject({ StorageClass: 'STANDARD_IA' });
  });

  test('reject keys that are not AES-256 keys or do not match their MD5', async () => {
    const key = customerKey('k');
    for (const wrong of [
      { ...key, SSECustomerAlgorithm: 'AES128' },
      { ...key, SSECustomerKey: Buffer.alloc(16).toString('base64') },
    ]) {
      await refused(put('rejected', wrong), 'InvalidArgument', 400);
    }
    // The SDK computes the MD5 itself.
    const header = 'x-amz-server-side-encryption-customer-';
    const headers = {
      [`${header}algorithm`]: 'AES256',
      [`${header}key`]: key.SSECustomerKey,
      [`${header}key-md5`]: customerKey('x').SSECustomerKeyMD5,
    };
    const answer = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/rejected`, headers, 'x');
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('MD5 hash')]);
    await refused(head('rejected'), 'NotFound', 404);
  });

  test('keep their Content-Encoding, and their bytes stay encoded', async () => {
    await put('encoded', { ContentEncoding: 'gzip, br' });
    const answer = await get('encoded');
    expect(answer.ContentEncoding).toBe('gzip, br');
    expect(await answer.Body?.transformToString()).toBe('bytes');
    const { UploadId } = await aws.s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'encoded', ContentEncoding: 'gzip' }),
    );
    const target = { Bucket, Key: 'encoded', UploadId };
    const { ETag } = await aws.s3.send(
      new UploadPartCommand({ ...target, PartNumber: 1, Body: 'x' }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await aws.s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload }));
    expect((await head('encoded')).ContentEncoding).toBe('gzip');
  });
});
