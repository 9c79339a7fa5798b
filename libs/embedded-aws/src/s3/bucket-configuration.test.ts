import {
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  DeletePublicAccessBlockCommand,
  CreateBucketCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

interface Configuration {
  readonly name: string;
  readonly absent: string;
  readonly set: (s3: S3Client, Bucket: string) => Promise<unknown>;
  readonly get: (s3: S3Client, Bucket: string) => Promise<unknown>;
  readonly remove: (s3: S3Client, Bucket: string) => Promise<unknown>;
  readonly value: object;
}

const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });

const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: 'CORS',
    absent: 'NoSuchCORSConfiguration',
    value: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://x.example'] }] },
    set: (s3, Bucket) =>
      s3.send(
        new PutBucketCorsCommand({
          Bucket,
          CORSConfiguration: {
            CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://x.example'] }],
          },
        }),
      ),
    get: (s3, Bucket) => s3.send(new GetBucketCorsCommand({ Bucket })),
    remove: (s3, Bucket) => s3.send(new DeleteBucketCorsCommand({ Bucket })),
  },
  {
    name: 'encryption',
    absent: 'ServerSideEncryptionConfigurationNotFoundError',
    value: {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    },
    set: (s3, Bucket) =>
      s3.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
        }),
      ),
    get: (s3, Bucket) => s3.send(new GetBucketEncryptionCommand({ Bucket })),
    remove: (s3, Bucket) => s3.send(new DeleteBucketEncryptionCommand({ Bucket })),
  },
  {
    name: 'lifecycle',
    absent: 'NoSuchLifecycleConfiguration',
    value: { Rules: [{ ID: 'abort', Status: 'Enabled', Filter: { Prefix: 'é & <x>/' } }] },
    set: (s3, Bucket) =>
      s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: {
            Rules: [{ ID: 'abort', Status: 'Enabled', Filter: { Prefix: 'é & <x>/' } }],
          },
        }),
      ),
    get: (s3, Bucket) => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
    remove: (s3, Bucket) => s3.send(new DeleteBucketLifecycleCommand({ Bucket })),
  },
  {
    name: 'ownership controls',
    absent: 'OwnershipControlsNotFoundError',
    value: { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
    set: (s3, Bucket) =>
      s3.send(
        new PutBucketOwnershipControlsCommand({
          Bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        }),
      ),
    get: (s3, Bucket) => s3.send(new GetBucketOwnershipControlsCommand({ Bucket })),
    remove: (s3, Bucket) => s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket })),
  },
  {
    name: 'policy',
    absent: 'NoSuchBucketPolicy',
    value: { Policy: policy },
    set: (s3, Bucket) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy })),
    get: (s3, Bucket) => s3.send(new GetBucketPolicyCommand({ Bucket })),
    remove: (s3, Bucket) => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
  },
  {
    name: 'public access block',
    absent: 'NoSuchPublicAccessBlockConfiguration',
    value: { PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true } },
    set: (s3, Bucket) =>
      s3.send(
        new PutPublicAccessBlockCommand({
          Bucket,
          PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true },
        }),
      ),
    get: (s3, Bucket) => s3.send(new GetPublicAccessBlockCommand({ Bucket })),
    remove: (s3, Bucket) => s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
  },
  {
    name: 'tagging',
    absent: 'NoSuchTagSet',
    value: { TagSet: [{ Key: 'project', Value: 'photos & co' }] },
    set: (s3, Bucket) =>
      s3.send(
        new PutBucketTaggingCommand({
          Bucket,
          Tagging: { TagSet: [{ Key: 'project', Value: 'photos & co' }] },
        }),
      ),
    get: (s3, Bucket) => s3.send(new GetBucketTaggingCommand({ Bucket })),
    remove: (s3, Bucket) => s3.send(new DeleteBucketTaggingCommand({ Bucket })),
  },
];

describe.each(STORAGES)('bucket configuration in %s', (storage) => {
  let aws: RunningAws;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
  });
  afterAll(() => aws.stop());

  test.each(CONFIGURATIONS)('$name: absent, set, read, removed', async (configuration) => {
    const { absent, set, get, remove, value } = configuration;
    const Bucket = await aws.bucket();
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'bystander', Body: 'x' }));
    await refused(get(aws.s3, Bucket), absent, 404);
    await set(aws.s3, Bucket);
    if (storage === 'SQLite') await aws.restart();
    expect(await get(aws.s3, Bucket)).toMatchObject(value);
    await remove(aws.s3, Bucket);
    await refused(get(aws.s3, Bucket), absent, 404);
    await remove(aws.s3, Bucket);
    const { KeyCount } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(KeyCount).toBe(1); // neither the bucket nor its object was touched
    await refused(get(aws.s3, 'no-such-bucket'), 'NoSuchBucket', 404);
    await refused(set(aws.s3, 'no-such-bucket'), 'NoSuchBucket', 404);
  });

  test('stores and returns the versioning configuration', async () => {
    const Bucket = await aws.bucket();
    const status = async () =>
      (await aws.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    expect(await status()).toBeUndefined();
    await aws.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect(await status()).toBe('Enabled');
  });

  test('a bucket that is created again has no configuration', async () => {
    const Bucket = await aws.bucket();
    await aws.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy }));
    await aws.s3.send(new DeleteBucketCommand({ Bucket }));
    await aws.s3.send(new CreateBucketCommand({ Bucket }));
    if (storage === 'SQLite') await aws.restart();
    await refused(aws.s3.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy', 404);
  });

  test('the location is us-east-1, which S3 writes as none', async () => {
    const Bucket = await aws.bucket();
    const answer = await aws.s3.send(new GetBucketLocationCommand({ Bucket }));
    expect(answer.LocationConstraint).toBeUndefined();
  });

  test('answers documents with their type, and without an XML declaration of their own', async () => {
    const Bucket = await aws.bucket();
    const document = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    const request = (method: string, query: string, body?: string) =>
      rawRequest(aws.endpoint, method, `/${Bucket}?${query}`, {}, body);
    const declared = `\n<?xml version="1.1" encoding="UTF-8" ?>\n${document}`;
    expect((await request('PUT', 'tagging', declared.trim())).status).toBe(200);
    const answer = await request('GET', 'tagging');
    expect(answer.text).toBe(`<?xml version="1.0" encoding="UTF-8"?>\n${document}`);
    expect(answer.headers['content-type']).toBe('application/xml');
    expect((await request('DELETE', 'tagging')).status).toBe(204);
    expect((await request('PUT', 'policy', policy)).status).toBe(204);
    expect((await request('GET', 'policy')).headers['content-type']).toContain('application/json');
    for (const [query, root] of [
      ['versioning', 'VersioningConfiguration'],
      ['notification', 'NotificationConfiguration'],
      ['location', 'LocationConstraint'],
    ] as const)
      expect((await request('GET', query)).text).toBe(
        `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`,
      );
  });

  test('a bucket that is not empty keeps its configuration', async () => {
    const Bucket = await aws.bucket();
    await aws.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy }));
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await refused(aws.s3.send(new DeleteBucketCommand({ Bucket })), 'BucketNotEmpty', 409);
    const { Policy } = await aws.s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(Policy).toBe(policy);
    const nowhere = new GetBucketLocationCommand({ Bucket: 'no-such-bucket' });
    await refused(aws.s3.send(nowhere), 'NoSuchBucket', 404);
  });

  test('rejects a policy that is not JSON and documents of another kind', async () => {
    const Bucket = await aws.bucket();
    const put = new PutBucketPolicyCommand({ Bucket, Policy: 'nonsense' });
    await refused(aws.s3.send(put), 'MalformedPolicy', 400);
    const answer = await fetch(`${aws.endpoint}/${Bucket}?cors`, {
      method: 'PUT',
      body: '<Tagging/>',
    });
    expect(answer.status).toBe(400);
  });
});
