import { GetBucketVersioningCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './bucket-setting.ts';

export const bucketVersioning = bucketSetting({
  type: 'aws:s3/bucketVersioning:BucketVersioning',
  why: WHY.versioning,
  inputs: {
    versioningConfiguration: z.strictObject({
      // `Disabled` is the provider's word for a bucket that never was versioned.
      status: z.enum(['Enabled', 'Suspended', 'Disabled']),
    }),
  },
  put: async (bucket, { versioningConfiguration: { status } }, { s3 }) => {
    if (status === 'Disabled') return;
    await s3.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: status },
      }),
    );
  },
  get: (bucket, { s3 }) => s3.send(new GetBucketVersioningCommand({ Bucket: bucket })),
  // S3 cannot forget it.
  remove: (bucket, { s3 }) =>
    s3.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Suspended' },
      }),
    ),
});
