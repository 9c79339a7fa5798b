import {
  BucketVersioningStatus,
  DeleteObjectCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../../engine/testing/run.ts';
import { failureOf, startCloud, type Cloud } from '../testing/embedded.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const BUCKET = 'aws:s3/bucket:Bucket';

describe('a bucket', () => {
  test('is created under its automatic name, kept, and deleted', async () => {
    const program: Program = (register) => register(BUCKET, 'Photos', { tags: { a: 'b' } });
    const { deployment, notEmulated } = await cloud.deploy(program);
    const [bucket] = deployment.resources();
    const name = bucket?.id ?? '';
    expect(name).toMatch(/^photos-[0-9a-f]{7}$/);
    expect(bucket?.outputs).toMatchObject({
      bucket: name,
      arn: `arn:aws:s3:::${name}`,
      bucketDomainName: `${name}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${name}.s3.us-east-1.amazonaws.com`,
      region: 'us-east-1',
      forceDestroy: false,
    });
    expect(notEmulated).toMatchObject([{ type: BUCKET, property: 'tags' }]);
    cloud.takeCalls();
    await cloud.deploy(program);
    expect(cloud.takeCalls()).toEqual([]);
    await cloud.deploy(() => Promise.resolve());
    await expect(cloud.s3.send(new HeadBucketCommand({ Bucket: name }))).rejects.toThrow();
  });

  test('with objects is deleted only where the program says so', async () => {
    await cloud.deploy((register) => register(BUCKET, 'full', { bucket: 'full' }));
    const objects = [...Array(3).keys()].map((n) =>
      cloud.s3.send(new PutObjectCommand({ Bucket: 'full', Key: `a b/${n}`, Body: 'x' })),
    );
    await Promise.all(objects);
    expect(await failureOf(cloud.deploy(() => Promise.resolve()))).toMatchObject({
      code: 'RESOURCE_FAILED',
      message: `${BUCKET} "full": BucketNotEmpty: full holds objects: empty it, or deploy it once with \`forceDestroy\``,
    });
    await cloud.deploy((register) =>
      register(BUCKET, 'full', { bucket: 'full', forceDestroy: true }),
    );
    // Old versions and delete markers go too.
    const VersioningConfiguration = { Status: BucketVersioningStatus.Enabled };
    await cloud.s3.send(
      new PutBucketVersioningCommand({ Bucket: 'full', VersioningConfiguration }),
    );
    await cloud.s3.send(new PutObjectCommand({ Bucket: 'full', Key: 'a b/0', Body: 'y' }));
    await cloud.s3.send(new DeleteObjectCommand({ Bucket: 'full', Key: 'a b/0' }));
    const { changes } = await cloud.deploy(() => Promise.resolve());
    expect(changes).toMatchObject({ deleted: 1 });
  });

  test('can be a foreign one', async () => {
    const { deployment } = await cloud.deploy((register) =>
      register(BUCKET, 'a', { bucket: 'own' }),
    );
    const ask = (id: string) =>
      deployment.read({ type: BUCKET, name: 'x', parent: '', id, properties: {} });
    expect((await ask('own')).outputs).toMatchObject({ arn: 'arn:aws:s3:::own' });
    expect(await failureOf(ask('other'))).toMatchObject({
      message: `${BUCKET} "x": "other" does not exist`,
    });
  });

  test('has a versioning to look up, whether it is set or not', async () => {
    const { deployment } = await cloud.deploy((register) =>
      register(BUCKET, 'a', { bucket: 'own' }),
    );
    const type = 'aws:s3/bucketVersioning:BucketVersioning';
    const look = () => deployment.read({ type, name: 'x', parent: '', id: 'own', properties: {} });
    const withStatus = (status: string) => ({
      outputs: { bucket: 'own', versioningConfiguration: { status } },
    });
    expect(await look()).toMatchObject(withStatus('Disabled'));
    for (const Status of [BucketVersioningStatus.Enabled, BucketVersioningStatus.Suspended]) {
      await cloud.s3.send(
        new PutBucketVersioningCommand({ Bucket: 'own', VersioningConfiguration: { Status } }),
      );
      expect(await look()).toMatchObject(withStatus(Status));
    }
  });

  test.each(['Ab', 'a', 'under_score', '-a-'])('cannot be called %s', async (bucket) => {
    const error = await failureOf(cloud.deploy((register) => register(BUCKET, 'a', { bucket })));
    expect(error).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('settings of a bucket', () => {
  const Bucket = 'settings';
  const settings = {
    'aws:s3/bucketVersioning:BucketVersioning': {
      versioningConfiguration: { status: 'Enabled' },
    },
    'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': { blockPublicAcls: true },
    'aws:s3/bucketOwnershipControls:BucketOwnershipControls': {
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    },
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': {
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    },
    'aws:s3/bucketPolicy:BucketPolicy': { policy: '{"Version":"2012-10-17","Statement":[]}' },
    'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': {
      rules: [
        {
          id: 'old',
          status: 'Enabled',
          filter: { prefix: 'a/' },
          noncurrentVersionExpiration: { noncurrentDays: 3 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    'aws:s3/bucketCorsConfiguration:BucketCorsConfiguration': {
      corsRules: [{ allowedMethods: ['PUT'], allowedOrigins: ['*'] }],
    },
  };
  const program =
    (changed: { readonly [T in keyof typeof settings]?: object } = {}): Program =>
    async (register) => {
      const bucket = await register(BUCKET, 'b', { bucket: Bucket });
      const dependencies = [bucket.urn];
      for (const [type, inputs] of Object.entries({ ...settings, ...changed })) {
        await register(type, 's', { bucket: bucket.id, ...inputs }, { dependencies });
      }
    };
  const read = async () => ({
    versioning: (await cloud.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status,
    access: (await cloud.s3.send(new GetPublicAccessBlockCommand({ Bucket })))
      .PublicAccessBlockConfiguration,
    ownership: (await cloud.s3.send(new GetBucketOwnershipControlsCommand({ Bucket })))
      .OwnershipControls?.Rules,
    encryption: (await cloud.s3.send(new GetBucketEncryptionCommand({ Bucket })))
      .ServerSideEncryptionConfiguration?.Rules,
    policy: (await cloud.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy,
    lifecycle: (await cloud.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules,
    cors: (await cloud.s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules,
  });

  test('are put, kept, changed, put back where they are gone, and removed', async () => {
    await cloud.deploy(program());
    expect(await read()).toMatchObject({
      versioning: 'Enabled',
      access: { BlockPublicAcls: true, BlockPublicPolicy: false },
      ownership: [{ ObjectOwnership: 'BucketOwnerEnforced' }],
      encryption: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      policy: '{"Version":"2012-10-17","Statement":[]}',
      lifecycle: [
        {
          ID: 'old',
          Filter: { Prefix: 'a/' },
          NoncurrentVersionExpiration: { NoncurrentDays: 3 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
      cors: [{ AllowedMethods: ['PUT'], AllowedOrigins: ['*'] }],
    });

    cloud.takeCalls();
    const again = await cloud.deploy(program());
    expect(cloud.takeCalls()).toEqual([]);
    expect(again.changes).toMatchObject({ same: 8 });

    const cors = { corsRules: [{ allowedMethods: ['GET'], allowedOrigins: ['*'] }] };
    const changed = { 'aws:s3/bucketCorsConfiguration:BucketCorsConfiguration': cors };
    await cloud.deploy(program(changed));
    expect(cloud.takeCalls()).toEqual(['PutBucketCorsCommand']);
    expect((await read()).cors).toMatchObject([{ AllowedMethods: ['GET'] }]);

    // All at once, as when the data directory was wiped but for the state.
    await cloud.deploy((register) => register(BUCKET, 'other', { bucket: 'other' }));
    await cloud.deploy(program());
    expect(await read()).toMatchObject({ cors: [{ AllowedMethods: ['PUT'] }] });

    await cloud.deploy((register) => register(BUCKET, 'b', { bucket: Bucket }));
    await expect(cloud.s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toThrow();
    await expect(cloud.s3.send(new GetBucketCorsCommand({ Bucket }))).rejects.toThrow();
  });

  test('may be lifecycle rules of each kind', async () => {
    const type = 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration';
    const rules = [
      { expiration: { days: 9 } },
      { filter: { and: { prefix: 'b/', objectSizeGreaterThan: 7, objectSizeLessThan: 70 } } },
      { filter: { objectSizeLessThan: 5 }, expiration: { expiredObjectDeleteMarker: true } },
      { transitions: [{ days: 2, storageClass: 'GLACIER' }] },
      {
        noncurrentVersionTransitions: [
          { noncurrentDays: 4, newerNoncurrentVersions: 6, storageClass: 'STANDARD_IA' },
        ],
      },
      { noncurrentVersionExpiration: { noncurrentDays: 3, newerNoncurrentVersions: 8 } },
    ].map((rule, index) => ({ id: `rule ${index}`, status: 'Enabled', ...rule }));
    await cloud.deploy(program({ [type]: { rules } }));
    const whole = { Filter: { Prefix: '' } };
    expect((await read()).lifecycle).toEqual(
      [
        { ...whole, Expiration: { Days: 9 } },
        { Filter: { And: { Prefix: 'b/', ObjectSizeGreaterThan: 7, ObjectSizeLessThan: 70 } } },
        { Filter: { ObjectSizeLessThan: 5 }, Expiration: { ExpiredObjectDeleteMarker: true } },
        { ...whole, Transitions: [{ Days: 2, StorageClass: 'GLACIER' }] },
        {
          ...whole,
          NoncurrentVersionTransitions: [
            { NoncurrentDays: 4, NewerNoncurrentVersions: 6, StorageClass: 'STANDARD_IA' },
          ],
        },
        {
          ...whole,
          NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 8 },
        },
      ].map((rule, index) => ({ ID: `rule ${index}`, Status: 'Enabled', ...rule })),
    );
  });

  test('that are nonsense are refused before anything is put', async () => {
    const wrong: Program = async (register) => {
      await register('aws:s3/bucketPolicy:BucketPolicy', 's', { bucket: Bucket, policy: 'no' });
    };
    expect(await failureOf(cloud.deploy(wrong))).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('"policy": the policy is no JSON'),
    });
  });
});
