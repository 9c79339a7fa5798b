import {
  DeleteBucketOwnershipControlsCommand,
  GetBucketOwnershipControlsCommand,
  PutBucketOwnershipControlsCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './bucket-setting.ts';

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
