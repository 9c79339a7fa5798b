import { GetBucketVersioningCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './bucket-setting.ts';

export const bucketVersioning = bucketSetting({
  type: 'aws:s3/bucketVersioning:BucketVersioning',
  why: WHY.versioning,
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
