import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('conditional writes in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const put = (Key: string, Body: string, condition: object = {}) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...condition }));
  const remove = (Key: string, IfMatch?: string) =>
    aws.s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch }));
  const copy = (Key: string, source: string, condition: object = {}) =>
    aws.s3.send(
      new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${source}`, ...condition }),
    );
  const read = async (Key: string) => {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body?.transformToString();
  };
  const eTag = async (Key: string) =>
    (await aws.s3.send(new HeadObjectCommand({ Bucket, Key }))).ETag ?? '';

  test('PUT with If-None-Match: * creates only', async () => {
    await put('create', 'first', { IfNoneMatch: '*' });
    await refused(put('create', 'second', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    expect(await read('create')).toBe('first');
  });

  test('PUT with If-None-Match of an ETag is not implemented, as in S3', async () => {
    await refused(put('other', 'x', { IfNoneMatch: '"abc"' }), 'NotImplemented', 501);
  });

  test('PUT with If-Match replaces exactly that object', async () => {
    const { ETag = '' } = await put('replace', 'first');
    await refused(put('replace', 'x', { IfMatch: '"wrong"' }), 'PreconditionFailed', 412);
    await put('replace', 'second', { IfMatch: ETag.replaceAll('"', '') });
    await refused(put('replace', 'third', { IfMatch: ETag }), 'PreconditionFailed', 412);
    await refused(put('nothing', 'x', { IfMatch: ETag }), 'NoSuchKey', 404);
    expect(await read('replace')).toBe('second');
  });

  test('DELETE with If-Match', async () => {
    const { ETag = '' } = await put('delete', 'x');
    await refused(remove('delete', '"wrong"'), 'PreconditionFailed', 412);
    await remove('delete', ETag);
    await refused(remove('delete', ETag), 'NoSuchKey', 404);
    await put('delete', 'x');
    await remove('delete', '*');
    await remove('delete'); // of nothing, unconditionally: no error
  });

  test('copy: conditions on the target and on the source', async () => {
    const { ETag } = await put('source', 'x');
    await copy('target', 'source', { IfNoneMatch: '*' });
    await refused(copy('target', 'source', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    await refused(copy('target', 'source', { IfMatch: '"wrong"' }), 'PreconditionFailed', 412);
    await copy('target', 'source', { IfMatch: ETag, CopySourceIfMatch: ETag });
    for (const condition of [
      { CopySourceIfMatch: '"wrong"' },
      { CopySourceIfNoneMatch: ETag },
      { CopySourceIfModifiedSince: new Date(Date.now() + 60_000) },
      { CopySourceIfUnmodifiedSince: new Date(0) },
    ]) {
      await refused(copy('target', 'source', condition), 'PreconditionFailed', 412);
    }
  });

  test('completing a multipart upload', async () => {
    const Key = 'multipart';
    await put(Key, 'x');
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = { Bucket, Key, UploadId, PartNumber: 1 };
    const { ETag } = await aws.s3.send(new UploadPartCommand({ ...part, Body: 'whole' }));
    const complete = (condition: object) =>
      aws.s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
          ...condition,
        }),
      );
    await refused(complete({ IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    await refused(complete({ IfMatch: '"wrong"' }), 'PreconditionFailed', 412);
    await complete({ IfMatch: await eTag(Key) }); // the refused tries kept the parts
    expect(await read(Key)).toBe('whole');
  });

  test('of 8 concurrent conditional writers exactly one wins', async () => {
    for (let round = 0; round < 20; round += 1) {
      const Key = `race-${round}`;
      const padding = 'x'.repeat(round % 2 === 0 ? 0 : 200_000);
      const race = async <Answer>(start: (writer: number) => Promise<Answer>) => {
        const results = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => start(n)));
        const losers = results.filter((result) => result.status === 'rejected');
        expect(losers).toHaveLength(7);
        return {
          winner: results.findIndex((result) => result.status === 'fulfilled'),
          errors: new Set(losers.map(({ reason }) => (reason as Error).name)),
        };
      };
      const created = await race((n) => put(Key, `${n}${padding}`, { IfNoneMatch: '*' }));
      expect(created.errors).toEqual(new Set(['PreconditionFailed']));
      expect(await read(Key)).toBe(`${created.winner}${padding}`);

      const first = await eTag(Key);
      const replaced = await race((n) => put(Key, `new ${n}`, { IfMatch: first }));
      expect(await read(Key)).toBe(`new ${replaced.winner}`);

      const second = await eTag(Key);
      const removed = await race(() => remove(Key, second));
      expect(removed.errors).toEqual(new Set(['NoSuchKey']));
    }
  });
});
