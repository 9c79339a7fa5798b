import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

const KEYS = [
  'with spaces and  two',
  ' leading and trailing ',
  'a+b',
  '100%',
  '%2F and %25',
  'a&b=c?d#e',
  'quotes "double" \'single\' `back`',
  'back\\slash',
  '../../etc/passwd',
  'a/./b/../c',
  '/leading slash',
  'double//slash',
  'x/',
  'a.jpg',
  'a.jpg/b.jpg',
  '日本語/写真.jpg',
  'e\u0301 and é',
  '😀👨‍👩‍👧.png',
  'line\r\nbreak\ttab',
  'control\u0001\u007f',
  '__proto__',
  'x'.repeat(1024),
  'é'.repeat(512),
];

describe.each(STORAGES)('awkward keys in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const read = async (Key: string) => {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body?.transformToString();
  };

  test('all are stored, kept apart, listed, copied and deleted', async () => {
    for (const Key of KEYS) await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    if (storage === 'SQLite') await aws.restart();
    for (const Key of KEYS) {
      expect(await read(Key)).toBe(Key);
      await aws.s3.send(new HeadObjectCommand({ Bucket, Key }));
    }
    const { Contents } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(new Set(Contents?.map(({ Key }) => Key))).toEqual(new Set(KEYS));
    for (const Key of KEYS) {
      const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
      await aws.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
      expect(await read('copy')).toBe(Key);
      await aws.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    }
    const { KeyCount } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(KeyCount).toBe(1);
  });

  test('1,025 bytes are too many, in a form too', async () => {
    const long = 'é'.repeat(512) + 'x';
    const put = new PutObjectCommand({ Bucket, Key: long, Body: 'x' });
    await refused(aws.s3.send(put), 'KeyTooLongError', 400);
    const form = new FormData();
    form.append('key', long);
    form.append('file', new Blob(['x']));
    const answer = await fetch(`${aws.endpoint}/${Bucket}`, { method: 'POST', body: form });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('<Code>KeyTooLongError</Code>');
  });
});
