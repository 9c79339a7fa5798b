import * as z from 'zod';

/** An alias would do for some of the resources only (a function's variables and a log group take ARNs alone). */
const keyArn = z
  .string()
  .regex(/^arn:aws[\w-]*:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a KMS key');

export const encryptionSchema = z.strictObject({
  kms: z
    .union([z.boolean(), keyArn])
    .default(false)
    .describe(
      'Whether a KMS key of the account encrypts buckets, queues, logs, alarms, events and the function’s variables: `true` makes one, an ARN names one of yours, whose policy you keep; otherwise S3, SQS and the others use keys of their own',
    ),
  deletionDays: z
    .int()
    .min(7)
    .max(30)
    .default(30)
    .describe('Days in which the deletion of the key that the stack made can be taken back'),
});
