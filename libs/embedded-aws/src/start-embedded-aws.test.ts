import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  BucketVersioningStatus,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { DataDirectoryInUseError, NOT_EMULATED, startEmbeddedAws } from './index.ts';
import { rawRequest } from './testing/raw-request.ts';
import { eventually, RunningAws, s3Client, sqsClient } from './testing/running-aws.ts';

describe('starting', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-aws-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  test('a free port is found, and S3 and SQS answer on it', async () => {
    const aws = await startEmbeddedAws({ port: 0 });
    expect(aws.endpoint).toBe(`http://127.0.0.1:${aws.port}`);
    expect((await s3Client(aws.endpoint).send(new ListBucketsCommand())).Buckets).toEqual([]);
    await Promise.all([aws.stop(), aws.stop()]);
    await expect(fetch(aws.endpoint)).rejects.toThrow();
    await aws.stop();
  });

  test('a taken port is EADDRINUSE, for a second start on the same data too', async () => {
    const aws = await startEmbeddedAws({ port: 0, dataDir });
    const second = startEmbeddedAws({ port: aws.port, dataDir });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await aws.stop();

    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const third = startEmbeddedAws({ port, dataDir });
    await expect(third).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => other.close(resolve));
  });

  test('a data directory serves one at a time', async () => {
    const aws = await startEmbeddedAws({ port: 0, dataDir });
    const second = startEmbeddedAws({ port: 0, dataDir });
    await expect(second).rejects.toBeInstanceOf(DataDirectoryInUseError);
    await expect(second).rejects.toMatchObject({
      ...{ name: 'DataDirectoryInUseError', code: 'EDATADIRINUSE', cause: expect.any(Error) },
    });
    await aws.stop();
    await (await startEmbeddedAws({ port: 0, dataDir })).stop();
  });

  test('a second start has everything that was there', async () => {
    const first = await startEmbeddedAws({ port: 0, dataDir });
    await s3Client(first.endpoint).send(new CreateBucketCommand({ Bucket: 'photos' }));
    const { ETag } = await s3Client(first.endpoint).send(
      new PutObjectCommand({ Bucket: 'photos', Key: 'a', Body: 'kept', Metadata: { a: 'b' } }),
    );
    expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
    const QueueName = 'uploads';
    await sqsClient(first.endpoint).send(new CreateQueueCommand({ QueueName }));
    await first.stop();
    const second = await startEmbeddedAws({ port: 0, dataDir });
    const answer = await s3Client(second.endpoint).send(
      new GetObjectCommand({ Bucket: 'photos', Key: 'a' }),
    );
    expect(answer.Metadata).toEqual({ a: 'b' });
    expect(await answer.Body?.transformToString()).toBe('kept');
    const { QueueUrls } = await sqsClient(second.endpoint).send(new ListQueuesCommand({}));
    expect(QueueUrls).toEqual([`${second.endpoint}/000000000000/${QueueName}`]);
    await second.stop();
  });

  test('reads a data directory whose table of configurations has its earlier name', async () => {
    const VersioningConfiguration = { Status: BucketVersioningStatus.Enabled };
    const Bucket = 'photos';
    const first = await startEmbeddedAws({ port: 0, dataDir });
    await s3Client(first.endpoint).send(new CreateBucketCommand({ Bucket }));
    await s3Client(first.endpoint).send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }),
    );
    await first.stop();
    const database = new DatabaseSync(path.join(dataDir, 'fauxqs.db'));
    database.exec('ALTER TABLE bucket_configurations RENAME TO darkroom_bucket_configurations');
    database.close();
    const second = await startEmbeddedAws({ port: 0, dataDir });
    const { Status } = await s3Client(second.endpoint).send(
      new GetBucketVersioningCommand({ Bucket }),
    );
    expect(Status).toBe('Enabled');
    await second.stop();
  });

  const elsewhere = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  test.skipIf(elsewhere === undefined)('other machines cannot connect', async () => {
    const aws = await startEmbeddedAws({ port: 0 });
    await expect(fetch(`http://${elsewhere?.address}:${aws.port}`)).rejects.toThrow();
    await aws.stop();
  });
});

test('lists what is not emulated, each with its reason', () => {
  expect(NOT_EMULATED.map(({ what }) => what)).toContain('S3 lifecycle rules');
  for (const { why } of NOT_EMULATED) expect(why.length).toBeGreaterThan(10);
});

test('reports each request that may have changed objects', async () => {
  const changes: unknown[] = [];
  const aws = await RunningAws.start('memory', {
    onObjectChange: (bucket, key) => changes.push([bucket, key]),
  });
  onTestFinished(() => aws.stop());
  const Bucket = await aws.bucket();
  const put = new PutObjectCommand({ Bucket, Key: 'cats/a b', Body: 'x', IfNoneMatch: '*' });
  await aws.s3.send(put);
  await expect(aws.s3.send(put)).rejects.toThrow();
  await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'cats/a b' }));
  const wrong = { 'x-amz-checksum-crc32': 'AAAAAA==' };
  await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/wrong`, wrong, 'x');
  await rawRequest(aws.endpoint, 'HEAD', `/${Bucket}/cats/a%20b`);
  const form = new FormData();
  form.append('key', 'form');
  form.append('success_action_redirect', 'http://localhost/done');
  form.append('file', new Blob(['x']));
  await fetch(`${aws.endpoint}/${Bucket}`, { method: 'POST', body: form, redirect: 'manual' });
  await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'cats/a b' }));
  await aws.queue(); // a POST, but not to S3
  const Delete = { Objects: [{ Key: 'form' }] };
  await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
  await eventually(() => Promise.resolve(changes.length >= 5));
  expect(changes).toEqual([
    [Bucket, undefined], // the bucket is created
    [Bucket, 'cats/a b'],
    [Bucket, undefined], // a form has its key in its body
    [Bucket, 'cats/a b'],
    [Bucket, undefined],
  ]);
});

test('knows when the oldest message of a queue was sent', async () => {
  const aws = await startEmbeddedAws({ port: 0 });
  onTestFinished(() => aws.stop());
  const sqs = sqsClient(aws.endpoint);
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'uploads' }));
  expect(aws.oldestMessage(QueueUrl)).toBeUndefined();
  expect(aws.oldestMessage(`${QueueUrl}-missing`)).toBeUndefined();
  const send = (MessageBody: string, DelaySeconds = 0) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
  await send('delayed', 900);
  expect(aws.oldestMessage(QueueUrl)).toBeUndefined();
  const before = Date.now();
  await send('first');
  const after = Date.now();
  const oldest = aws.oldestMessage(QueueUrl) ?? 0;
  expect(oldest).toBeGreaterThanOrEqual(before);
  expect(oldest).toBeLessThanOrEqual(after);
  await eventually(() => Promise.resolve(Date.now() > after));
  await send('second');
  expect(aws.oldestMessage(QueueUrl)).toBe(oldest);
  // A message that is being worked on counts, too.
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages.map(({ Body }) => Body)).toEqual(['first']);
  expect(aws.oldestMessage(QueueUrl)).toBe(oldest);
  const { ReceiptHandle } = Messages[0] ?? {};
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  expect(aws.oldestMessage(QueueUrl)).toBeGreaterThan(oldest);
});

test('trusts the pages that it is told', async () => {
  const aws = await startEmbeddedAws({ port: 0, trustedOrigins: ['https://shop.test'] });
  onTestFinished(() => aws.stop());
  for (const [origin, status] of [
    ['https://shop.test', 200],
    ['https://other.test', 403],
  ] as const)
    expect((await rawRequest(aws.endpoint, 'GET', '/', { origin })).status).toBe(status);
});

test('by default there are no parameters, events go nowhere, and no page is trusted', async () => {
  const aws = await startEmbeddedAws({ port: 0 });
  onTestFinished(() => aws.stop());
  const call = async (target: string, body: object) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    const text = JSON.stringify(body);
    const answer = await rawRequest(aws.endpoint, 'POST', '/', headers, text);
    expect(answer.headers['content-type']).toContain('application/x-amz-json-1.1');
    return [answer.status, JSON.parse(answer.text) as unknown];
  };
  expect(await call('AmazonSSM.GetParameter', { Name: 'webhook' })).toEqual([
    400,
    { __type: 'ParameterNotFound', message: 'webhook' },
  ]);
  expect(await call('AmazonSSM.GetParameter', {})).toEqual([
    ...[400, { __type: 'ParameterNotFound', message: '' }],
  ]);
  const Entries = [{ Source: 'shop', DetailType: 'ImageProcessed', Detail: '{}' }];
  expect(await call('AWSEvents.PutEvents', { Entries })).toEqual([
    200,
    { FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] },
  ]);
  expect(await call('AWSEvents.PutEvents', {})).toEqual([
    200,
    { FailedEntryCount: 0, Entries: [] },
  ]);
  const page = await rawRequest(aws.endpoint, 'GET', '/', { origin: 'https://shop.test' });
  expect(page.status).toBe(403);
});
