import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('DeleteObjects in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const put = (Key: string) => aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const remove = (Objects: ObjectIdentifier[], Quiet = false) =>
    aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));

  test('deletes what its ETag names, reports the rest, and goes on', async () => {
    const { ETag } = await put('right');
    await put('wrong');
    const answer = await remove([
      { Key: 'right', ETag },
      { Key: 'wrong', ETag: '"other"' },
      { Key: 'missing', ETag },
      { Key: 'never there' },
      { Key: 'versioned', VersionId: 'v1' },
    ]);
    expect(answer.Deleted).toEqual([{ Key: 'right' }, { Key: 'never there' }]);
    expect(answer.Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['wrong', 'PreconditionFailed'],
      ['missing', 'NoSuchKey'],
      ['versioned', 'InvalidArgument'],
    ]);
    await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'wrong' }));
  });

  test('quiet reports errors only', async () => {
    await put('a');
    const answer = await remove([{ Key: 'a' }, { Key: 'b', ETag: '"x"' }], true);
    expect(answer.Deleted).toBeUndefined();
    expect(answer.Errors).toMatchObject([{ Key: 'b', Code: 'NoSuchKey' }]);
  });

  test('the answer, as a document', async () => {
    const object = (key: string) => `<Object><Key>${key}</Key></Object>`;
    const body = `<Delete>${object('one')}${object('two')}</Delete>`;
    const { text } = await rawRequest(aws.endpoint, 'POST', `/${Bucket}?delete`, {}, body);
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Deleted><Key>one</Key></Deleted><Deleted><Key>two</Key></Deleted></DeleteResult>',
    );
    const quiet = body.replace('<Delete>', '<Delete><Quiet>true</Quiet>');
    const silent = await rawRequest(aws.endpoint, 'POST', `/${Bucket}?delete`, {}, quiet);
    expect(silent.text).toMatch(/2006-03-01\/"><\/DeleteResult>$/);
  });

  test('keys that XML has to write as references', async () => {
    const keys = ['a&b', '<tag>', '"quoted\'', 'line\r\nbreak\ttab', '&amp;', '😀'];
    for (const key of keys) await put(`xml/${key}`);
    const { Deleted } = await remove(keys.map((key) => ({ Key: `xml/${key}` })));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(keys.map((key) => `xml/${key}`));
    const { KeyCount } = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'xml/' }));
    expect(KeyCount).toBe(0);
  });

  test('1,000 keys at most, and a bucket that is there', async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => ({ Key: `${index}` }));
    await remove(keys.slice(1));
    await refused(remove(keys), 'MalformedXML', 400);
    const elsewhere = new DeleteObjectsCommand({
      Bucket: 'no-such-bucket',
      Delete: { Objects: [{ Key: 'x' }] },
    });
    await refused(aws.s3.send(elsewhere), 'NoSuchBucket', 404);
    for (const VersionId of [undefined, 'x'.repeat(32)]) {
      const one = new DeleteObjectCommand({ Bucket: 'no-such-bucket', Key: 'x', VersionId });
      await refused(aws.s3.send(one), 'NoSuchBucket', 404);
    }
    for (const body of ['<Delete/>', '<Delete><Object><ETag>x</ETag></Object></Delete>']) {
      const answer = await rawRequest(aws.endpoint, 'POST', `/${Bucket}?delete`, {}, body);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('MalformedXML')]);
    }
  });
});
