import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  BucketVersioningStatus,
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { DataDirectoryInUseError, NOT_EMULATED, startEmbeddedAws } from './index.ts';
import { s3Client } from './testing/running-aws.ts';

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
    await aws.stop();
    await expect(fetch(aws.endpoint)).rejects.toThrow();
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
    await expect(second).rejects.toMatchObject({ code: 'EDATADIRINUSE', cause: expect.any(Error) });
    await aws.stop();
    await (await startEmbeddedAws({ port: 0, dataDir })).stop();
  });

  test('a second start has everything that was there', async () => {
    const first = await startEmbeddedAws({ port: 0, dataDir });
    await s3Client(first.endpoint).send(new CreateBucketCommand({ Bucket: 'photos' }));
    await s3Client(first.endpoint).send(
      new PutObjectCommand({ Bucket: 'photos', Key: 'a', Body: 'kept', Metadata: { a: 'b' } }),
    );
    await first.stop();
    const second = await startEmbeddedAws({ port: 0, dataDir });
    const answer = await s3Client(second.endpoint).send(
      new GetObjectCommand({ Bucket: 'photos', Key: 'a' }),
    );
    expect(answer.Metadata).toEqual({ a: 'b' });
    expect(await answer.Body?.transformToString()).toBe('kept');
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
