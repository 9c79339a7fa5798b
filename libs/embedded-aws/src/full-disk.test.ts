/** SQLite reports a full disk when its file reaches `max_page_count`, as it does at a real limit. */
import {
  BucketVersioningStatus,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
  CompleteMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { PersistenceManager, type Persistence } from './fauxqs.ts';
import { rawRequest } from './testing/raw-request.ts';
import { refused, RunningAws } from './testing/running-aws.ts';

const LARGE = Buffer.alloc(6 * 1024 * 1024, 'photo');

describe('on a full disk', () => {
  let aws: RunningAws;
  let database: DatabaseSync;
  let Bucket: string;
  beforeEach(async () => {
    const prototype = PersistenceManager.prototype as Persistence;
    const load = vi.spyOn(prototype, 'load');
    aws = await RunningAws.start('SQLite');
    database = (load.mock.contexts[0] as Persistence).db;
    load.mockRestore();
    Bucket = await aws.bucket();
  });
  afterEach(() => aws.stop());

  const fill = () => {
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as {
      page_count: number;
    };
    database.exec(`PRAGMA max_page_count = ${pages + 20}`);
  };
  const free = () => database.exec('PRAGMA max_page_count = 1000000');
  const put = (Key: string, Body: Buffer | string) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const read = async (Key: string) => {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body?.transformToString();
  };
  const keys = async () => {
    const { Contents = [] } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key }) => Key);
  };

  test('an upload fails with the reason, stores nothing, and succeeds once there is space', async () => {
    await put('old', 'before');
    fill();
    const answer = await rawRequest(
      aws.endpoint,
      'PUT',
      `/${Bucket}/new`,
      {},
      LARGE.toString('latin1'),
    );
    expect(answer.status).toBe(507);
    expect(answer.text).toContain('<Code>InsufficientStorage</Code>');
    expect(answer.text).toContain('database or disk is full. Nothing of this request is stored.');
    await refused(put('old', LARGE), 'InsufficientStorage', 507);
    expect(await keys()).toEqual(['old']);
    expect(await read('old')).toBe('before');
    await put('small', 'fits');
    await aws.restart();
    expect(await keys()).toEqual(['old', 'small']);
    expect(await read('old')).toBe('before');
    await put('new', LARGE);
    expect(await keys()).toEqual(['new', 'old', 'small']);
  });

  test('an overwrite in a versioned bucket leaves the versions as they were', async () => {
    const VersioningConfiguration = { Status: BucketVersioningStatus.Enabled };
    await aws.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await put('a', 'first');
    await put('a', 'second');
    const list = async () =>
      (await aws.s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions;
    const before = await list();
    fill();
    await refused(put('a', LARGE), 'InsufficientStorage', 507);
    expect(await list()).toEqual(before);
    expect(await read('a')).toBe('second');
    await aws.restart();
    expect(await list()).toEqual(before);
    expect(await read('a')).toBe('second');
  });

  test('a part that fails leaves the earlier one, and the upload can go on', async () => {
    const target = { Bucket, Key: 'parts' };
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand(target));
    const part = (Body: Buffer | string) =>
      aws.s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body }));
    const complete = (ETag: string | undefined) =>
      aws.s3.send(
        new CompleteMultipartUploadCommand({
          ...{ ...target, UploadId },
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        }),
      );
    const { ETag } = await part('first');
    fill();
    await refused(part(LARGE), 'InsufficientStorage', 507);
    await complete(ETag);
    expect(await read('parts')).toBe('first');
  });

  test('a completion that fails can be repeated', async () => {
    const target = { Bucket, Key: 'parts' };
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand(target));
    const { ETag } = await aws.s3.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: LARGE }),
    );
    const complete = () =>
      aws.s3.send(
        new CompleteMultipartUploadCommand({
          ...{ ...target, UploadId },
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        }),
      );
    fill();
    await refused(complete(), 'InsufficientStorage', 507);
    expect(await keys()).toEqual([]);
    free();
    await complete();
    expect((await read('parts'))?.length).toBe(LARGE.length);
  });

  test('a message is not accepted, and not received', async () => {
    const { url: QueueUrl } = await aws.queue();
    fill();
    const MessageBody = 'x'.repeat(900_000);
    const sent = aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    await expect(sent).rejects.toMatchObject({
      name: 'InternalFailure',
      message: expect.stringContaining('database or disk is full'),
    });
    expect(await aws.drain(QueueUrl)).toEqual([]);
  });

  test('a bucket is not created', async () => {
    fill();
    database.exec('PRAGMA query_only = on'); // a bucket is too small to fill a page
    const create = aws.s3.send(new CreateBucketCommand({ Bucket: 'another' }));
    await expect(create).rejects.toMatchObject({ name: 'InternalError' });
    database.exec('PRAGMA query_only = off');
    const head = aws.s3.send(new HeadBucketCommand({ Bucket: 'another' }));
    await refused(head, 'NotFound', 404);
  });
});
