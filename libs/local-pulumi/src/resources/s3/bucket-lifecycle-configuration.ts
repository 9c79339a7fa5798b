import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  type TransitionStorageClass,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { bucketSetting } from './define-bucket-setting.ts';

const days = z.int().min(0);
const storageClass = z.string() as unknown as z.ZodType<TransitionStorageClass>;
const sizes = {
  objectSizeGreaterThan: z.int().min(0).optional(),
  objectSizeLessThan: z.int().min(1).optional(),
};
const rule = z.strictObject({
  id: z.string().min(1).max(255),
  status: z.enum(['Enabled', 'Disabled']),
  filter: z
    .strictObject({
      prefix: z.string().optional(),
      ...sizes,
      and: z.strictObject({ prefix: z.string().optional(), ...sizes }).optional(),
    })
    .optional(),
  abortIncompleteMultipartUpload: z.strictObject({ daysAfterInitiation: days }).optional(),
  expiration: z
    .strictObject({ days: days.optional(), expiredObjectDeleteMarker: z.boolean().optional() })
    .optional(),
  transitions: z.array(z.strictObject({ days: days.optional(), storageClass })).optional(),
  noncurrentVersionExpiration: z
    .strictObject({ noncurrentDays: days, newerNoncurrentVersions: days.optional() })
    .optional(),
  noncurrentVersionTransitions: z
    .array(
      z.strictObject({
        noncurrentDays: days,
        newerNoncurrentVersions: days.optional(),
        storageClass,
      }),
    )
    .optional(),
});

export const bucketLifecycleConfiguration = bucketSetting({
  type: 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
  why: WHY.lifecycle,
  inputs: { rules: z.array(rule).min(1).max(1000) },
  put: (bucket, { rules }, { s3 }) =>
    s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: { Rules: rules.map(toS3) },
      }),
    ),
  get: (bucket, { s3 }) => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket })),
  absent: 'NoSuchLifecycleConfiguration',
  remove: (bucket, { s3 }) => s3.send(new DeleteBucketLifecycleCommand({ Bucket: bucket })),
});

function toS3({ filter, ...inputs }: z.output<typeof rule>): LifecycleRule {
  const abort = inputs.abortIncompleteMultipartUpload;
  const { expiration, noncurrentVersionExpiration: expireNoncurrent } = inputs;
  return {
    ID: inputs.id,
    Status: inputs.status,
    // S3 wants one; an empty prefix is the whole bucket.
    Filter: filter ? toFilter(filter) : { Prefix: '' },
    AbortIncompleteMultipartUpload: abort && { DaysAfterInitiation: abort.daysAfterInitiation },
    Expiration: expiration && {
      Days: expiration.days,
      ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker,
    },
    Transitions: inputs.transitions?.map((transition) => ({
      Days: transition.days,
      StorageClass: transition.storageClass,
    })),
    NoncurrentVersionExpiration: expireNoncurrent && {
      NoncurrentDays: expireNoncurrent.noncurrentDays,
      NewerNoncurrentVersions: expireNoncurrent.newerNoncurrentVersions,
    },
    NoncurrentVersionTransitions: inputs.noncurrentVersionTransitions?.map((transition) => ({
      NoncurrentDays: transition.noncurrentDays,
      NewerNoncurrentVersions: transition.newerNoncurrentVersions,
      StorageClass: transition.storageClass,
    })),
  };
}

function toFilter({ and, ...one }: NonNullable<z.output<typeof rule>['filter']>) {
  const part = ({ prefix, objectSizeGreaterThan, objectSizeLessThan }: typeof one) => ({
    Prefix: prefix,
    ObjectSizeGreaterThan: objectSizeGreaterThan,
    ObjectSizeLessThan: objectSizeLessThan,
  });
  return { ...part(one), And: and && part(and) };
}
