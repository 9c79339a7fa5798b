import * as z from 'zod';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/, 'must be the name of an S3 bucket');

export const sourceSchema = z.strictObject({
  bucket: bucketName.describe(
    'Name of the bucket, in the account and region of the stack; its policy, versioning and lifecycle stay as they are',
  ),
  notifications: z
    .enum(['eventbridge', 'add'])
    .default('eventbridge')
    .describe(
      '`eventbridge`: a rule of EventBridge, which the bucket has to be switched on for; `add`: the bucket’s notification configuration is read, added to and from then on kept by this stack',
    ),
  keyArn: z
    .string()
    .regex(/^arn:aws[\w-]*:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a KMS key')
    .optional()
    .describe('ARN of the KMS key that uploads are encrypted with, where there is one'),
});
