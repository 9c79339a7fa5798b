import {
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './bucket-setting.ts';

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
