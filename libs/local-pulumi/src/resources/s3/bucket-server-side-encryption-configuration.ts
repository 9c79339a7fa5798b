import {
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  PutBucketEncryptionCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './bucket-setting.ts';

const rule = z.strictObject({
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
  inputs: { rules: z.array(rule).min(1) },
  put: (bucket, { rules }, { s3 }) =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket: bucket,
        ServerSideEncryptionConfiguration: { Rules: rules.map(toS3) },
      }),
    ),
  get: (bucket, { s3 }) => s3.send(new GetBucketEncryptionCommand({ Bucket: bucket })),
  absent: 'ServerSideEncryptionConfigurationNotFoundError',
  remove: (bucket, { s3 }) => s3.send(new DeleteBucketEncryptionCommand({ Bucket: bucket })),
});

function toS3({
  applyServerSideEncryptionByDefault: byDefault,
  bucketKeyEnabled,
}: z.output<typeof rule>) {
  return {
    ApplyServerSideEncryptionByDefault: byDefault && {
      SSEAlgorithm: byDefault.sseAlgorithm,
      KMSMasterKeyID: byDefault.kmsMasterKeyId,
    },
    BucketKeyEnabled: bucketKeyEnabled,
  };
}
