/** Settings of a bucket that S3 stores and returns as a whole. */
import {
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { policyText } from '../json-text.ts';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './define-bucket-setting.ts';

const corsRule = z.strictObject({
  id: z.string().max(255).optional(),
  allowedHeaders: z.array(z.string()).optional(),
  allowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])).min(1),
  allowedOrigins: z.array(z.string()).min(1),
  exposeHeaders: z.array(z.string()).optional(),
  maxAgeSeconds: z.int().min(0).optional(),
});

export const bucketCorsConfiguration = bucketSetting({
  type: 'aws:s3/bucketCorsConfiguration:BucketCorsConfiguration',
  inputs: { corsRules: z.array(corsRule).min(1).max(100) },
  put: (bucket, { corsRules }, { s3 }) =>
    s3.send(
      new PutBucketCorsCommand({
        Bucket: bucket,
        CORSConfiguration: { CORSRules: corsRules.map(toCorsRule) },
      }),
    ),
  get: (bucket, { s3 }) => s3.send(new GetBucketCorsCommand({ Bucket: bucket })),
  absent: 'NoSuchCORSConfiguration',
  remove: (bucket, { s3 }) => s3.send(new DeleteBucketCorsCommand({ Bucket: bucket })),
});

function toCorsRule(rule: z.output<typeof corsRule>) {
  return {
    ID: rule.id,
    AllowedHeaders: rule.allowedHeaders,
    AllowedMethods: rule.allowedMethods,
    AllowedOrigins: rule.allowedOrigins,
    ExposeHeaders: rule.exposeHeaders,
    MaxAgeSeconds: rule.maxAgeSeconds,
  };
}

export const bucketOwnershipControls = bucketSetting({
  type: 'aws:s3/bucketOwnershipControls:BucketOwnershipControls',
  why: WHY.permissions,
  inputs: {
    rule: z.strictObject({
      objectOwnership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']),
    }),
  },
  put: (bucket, { rule }, { s3 }) =>
    s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket: bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: rule.objectOwnership }] },
      }),
    ),
  get: (bucket, { s3 }) => s3.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket })),
  absent: 'OwnershipControlsNotFoundError',
  remove: (bucket, { s3 }) => s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket: bucket })),
});

export const bucketPolicy = bucketSetting({
  type: 'aws:s3/bucketPolicy:BucketPolicy',
  why: WHY.permissions,
  inputs: { policy: policyText },
  put: (bucket, { policy }, { s3 }) =>
    s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy })),
  get: (bucket, { s3 }) => s3.send(new GetBucketPolicyCommand({ Bucket: bucket })),
  absent: 'NoSuchBucketPolicy',
  remove: (bucket, { s3 }) => s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket })),
});

const off = z.boolean().default(false);

export const bucketPublicAccessBlock = bucketSetting({
  type: 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
  why: WHY.permissions,
  inputs: {
    blockPublicAcls: off,
    blockPublicPolicy: off,
    ignorePublicAcls: off,
    restrictPublicBuckets: off,
  },
  put: (bucket, inputs, { s3 }) =>
    s3.send(
      new PutPublicAccessBlockCommand({
        Bucket: bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: inputs.blockPublicAcls,
          BlockPublicPolicy: inputs.blockPublicPolicy,
          IgnorePublicAcls: inputs.ignorePublicAcls,
          RestrictPublicBuckets: inputs.restrictPublicBuckets,
        },
      }),
    ),
  get: (bucket, { s3 }) => s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket })),
  absent: 'NoSuchPublicAccessBlockConfiguration',
  remove: (bucket, { s3 }) => s3.send(new DeletePublicAccessBlockCommand({ Bucket: bucket })),
});

const encryptionRule = z.strictObject({
  applyServerSideEncryptionByDefault: z
    .strictObject({
      sseAlgorithm: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']),
      kmsMasterKeyId: z.string().optional(),
    })
    .optional(),
  bucketKeyEnabled: z.boolean().optional(),
});

export const bucketServerSideEncryptionConfiguration = bucketSetting({
  type: 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  why: WHY.encryption,
  inputs: { rules: z.array(encryptionRule).min(1) },
  put: (bucket, { rules }, { s3 }) =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket: bucket,
        ServerSideEncryptionConfiguration: { Rules: rules.map(toEncryptionRule) },
      }),
    ),
  get: (bucket, { s3 }) => s3.send(new GetBucketEncryptionCommand({ Bucket: bucket })),
  absent: 'ServerSideEncryptionConfigurationNotFoundError',
  remove: (bucket, { s3 }) => s3.send(new DeleteBucketEncryptionCommand({ Bucket: bucket })),
});

function toEncryptionRule({
  applyServerSideEncryptionByDefault: byDefault,
  bucketKeyEnabled,
}: z.output<typeof encryptionRule>) {
  return {
    ApplyServerSideEncryptionByDefault: byDefault && {
      SSEAlgorithm: byDefault.sseAlgorithm,
      KMSMasterKeyID: byDefault.kmsMasterKeyId,
    },
    BucketKeyEnabled: bucketKeyEnabled,
  };
}

const versioning = bucketSetting({
  type: 'aws:s3/bucketVersioning:BucketVersioning',
  inputs: {
    versioningConfiguration: z.strictObject({
      status: z.enum(['Enabled', 'Suspended']),
    }),
  },
  put: (bucket, { versioningConfiguration: { status } }, { s3 }) =>
    s3.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: status },
      }),
    ),
  get: async (bucket, { s3 }) => {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    return Status;
  },
  // S3 cannot forget it.
  remove: (bucket, { s3 }) =>
    s3.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Suspended' },
      }),
    ),
});

export const bucketVersioning: typeof versioning = {
  ...versioning,
  async read(resource, context) {
    const isManaged = resource.outputs['versioningConfiguration'] !== undefined;
    if (isManaged) return versioning.read?.(resource, context);
    const { id } = resource;
    // As in the AWS provider, a bucket without this setting has one, which is off.
    const { Status = 'Disabled' } = await context.s3.send(
      new GetBucketVersioningCommand({ Bucket: id }),
    );
    return { bucket: id, versioningConfiguration: { status: Status } };
  },
};
