import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { policyText } from '../json-text.ts';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './bucket-setting.ts';

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
