import * as z from 'zod';
import { LOG_LEVELS } from '../contract/observability.ts';
import { webhookSchema } from './webhook.ts';

/** An alias would do for some of the resources only (a function's variables and a log group take ARNs alone). */
const keyArn = z
  .string()
  .regex(/^arn:aws[\w-]*:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a KMS key');

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/, 'must be the name of an S3 bucket');

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const functionSchema = z.strictObject({
  architecture: z.enum(['arm64', 'x86_64']).default('arm64').describe('Processor of the function'),
  memory: z
    .int()
    .min(512)
    .max(10_240)
    .default(1769)
    .describe('MiB; 1,769 is one vCPU, and the function works on one image for each vCPU'),
  timeout: z.int().min(10).max(900).default(60).describe('Seconds for one batch'),
  ephemeralStorage: z.int().min(512).max(10_240).default(512).describe('MiB of `/tmp`'),
  reservedConcurrency: z
    .int()
    .min(2)
    .optional()
    .describe('Concurrent executions that are set aside for, and are the most of, this function'),
  permissionsBoundary: z
    .string()
    .regex(
      /^arn:aws[\w-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/,
      'must be the ARN of an IAM policy',
    )
    .optional()
    .describe('ARN of the IAM policy that is the permissions boundary of the function’s role'),
  vpc: z
    .strictObject({
      subnetIds: z
        .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'must be the id of a subnet'))
        .min(1)
        .max(16)
        .describe('Subnets of the function, in two availability zones or more'),
      securityGroupIds: z
        .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'must be the id of a security group'))
        .min(1)
        .max(5)
        .describe('Security groups of the function; it needs HTTPS to the endpoints only'),
    })
    .optional()
    .describe(
      'Runs the function in a VPC, which needs endpoints ([deploy](deploy.md#in-a-vpc)). Default: none',
    ),
});

const DAY_SECONDS = 24 * 60 * 60;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const queueSchema = z
  .strictObject({
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(5)
      .describe('Most messages for one call of the function'),
    batchWindow: z
      .int()
      .min(0)
      .max(300)
      .default(0)
      .describe('Seconds to wait for a batch to fill; at least 1 for batches above 10'),
    maximumConcurrency: z
      .int()
      .min(2)
      .max(1000)
      .default(10)
      .describe('Most calls of the function at once: the guard against a surprise bill'),
    maxReceiveCount: z
      .int()
      .min(5)
      .max(1000)
      .default(5)
      .describe('Attempts before the dead-letter queue'),
    retention: z
      .int()
      .min(60)
      .max(14 * DAY_SECONDS)
      .default(4 * DAY_SECONDS)
      .describe('Seconds that a message is kept'),
    deadLetterRetention: z
      .int()
      .min(60)
      .max(14 * DAY_SECONDS)
      .default(14 * DAY_SECONDS)
      .describe('Seconds that a dead letter is kept; more than `retention`'),
  })
  .superRefine((queue, context) => {
    if (queue.batchSize > 10 && queue.batchWindow < 1)
      context.addIssue({
        code: 'custom',
        path: ['batchWindow'],
        message: 'a batchSize above 10 needs a batchWindow of at least 1 second',
      });
    if (queue.deadLetterRetention <= queue.retention)
      context.addIssue({
        code: 'custom',
        path: ['deadLetterRetention'],
        message: `must be longer than queue.retention (${queue.retention} s): a dead letter keeps the age of its message`,
      });
  });

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const logsSchema = z.strictObject({
  level: z.enum(LOG_LEVELS).default('INFO').describe('Least level that is logged'),
  retentionDays: z
    .literal([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
      3288, 3653,
    ])
    .default(30)
    .describe('Days that logs are kept; the values that CloudWatch Logs has'),
});

/** Of an SNS topic: who gets its messages. */
const receiverSchema = z
  .strictObject({
    email: z.email().optional().describe('Address; SNS asks it to confirm first'),
    https: z
      .url({ protocol: /^https$/, error: 'must be an https URL' })
      .optional()
      .describe('Endpoint, which has to confirm SNS’s subscription first'),
  })
  .refine(({ email, https }) => (email === undefined) !== (https === undefined), {
    error: 'either `email` or `https`',
  });

export type AlarmReceiver = z.output<typeof receiverSchema>;

const percent = z.number().gt(0).max(100);

export const alarmsSchema = z.strictObject({
  receivers: z
    .array(receiverSchema)
    .default([])
    .describe(
      'Who is told when an alarm goes off and when it is over; each either an `email` or an `https`',
    ),
  runbookUrl: z
    .url({ protocol: /^https?$/ })
    .max(700)
    .optional()
    .describe(
      'Where docs/runbook.md is published, for the links in alarms and dashboard; without it they name the file',
    ),
  oldestMessage: z
    .int()
    .min(60)
    .optional()
    .describe(
      'Seconds that the oldest message may wait; left out, three times the visibility timeout, which one failed attempt does not reach. Less than `queue.retention`',
    ),
  errorRate: percent
    .default(5)
    .describe('Percent of the function’s calls that may crash or run out of time'),
  failedAttempts: percent
    .default(25)
    .describe('Percent of the attempts at a key that may fail, to be tried again'),
  memoryUsed: percent
    .default(90)
    .describe('Percent of the function’s memory that it may hold at its peak'),
  rejectedShare: percent
    .default(20)
    .describe(
      'Percent of an hour’s uploads that may be rejected by one of the codes that uploaders cause',
    ),
  dailyCost: z
    .number()
    .gt(0)
    .default(20)
    .describe(
      'The guard against expensive uploaders: US dollars that a day may cost at the rate of the last hour, estimated from `costs`. 20 are about 330,000 photos with seven outputs each',
    ),
  callsPerMessage: z
    .number()
    .min(1)
    .default(3)
    .describe(
      'The spending guard: calls of the function in an hour, for each message that arrived or was done in it',
    ),
});

/**
 * List prices of us-east-1 without any free tier (aws.amazon.com/lambda/pricing, aws.amazon.com/s3/pricing); regions
 * differ by some percent.
 */
export const LAMBDA_GB_SECOND = { arm64: 0.0000133334, x86_64: 0.0000166667 } as const;

const price = z.number().min(0);

export const costsSchema = z.strictObject({
  gbSecond: price
    .optional()
    .describe(
      'A GB-second of the function; left out, 0.0000133334 for `arm64` and 0.0000166667 for `x86_64`',
    ),
  millionCalls: price.default(0.2).describe('A million calls of the function'),
  thousandWrites: price.default(0.005).describe('A thousand objects written to S3'),
});

export const storageSchema = z.strictObject({
  protect: z
    .boolean()
    .default(true)
    .describe(
      'Refuse to delete the buckets: `pulumi destroy` stops before them, and they are kept when the program drops them',
    ),
  expireNoncurrentDays: z
    .int()
    .min(1)
    .default(30)
    .describe('Days after which an overwritten or deleted upload is gone for good'),
  expireProcessedDays: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Days after which variants and manifests expire, whoever still links to them; a new message for the key makes them again. Without it, they stay as long as their upload',
    ),
});

/** S3 and CloudFront accept a wildcard for all origins and for the subdomains of one. */
const ORIGIN = /^(?:\*|https?:\/\/(?:\*\.)?[a-z\d-]+(?:\.[a-z\d-]+)*(?::\d{1,5})?)$/;
const HEADER = /^(?:\*|[\w-]+\*?)$/;

/**
 * Cross-origin requests of web pages. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
 *
 * @param methods that can be allowed. All are allowed by default.
 */
export function corsSchema<const Methods extends readonly [string, ...string[]]>(methods: Methods) {
  return z.strictObject({
    origins: z
      .array(
        z
          .string()
          .regex(ORIGIN, 'must be `*` or an origin such as `https://shop.example`, without a path'),
      )
      .min(1)
      .max(100)
      .describe(
        'Origins of the pages, such as `https://shop.example`; `https://*.shop.example` allows all subdomains, `*` every page',
      ),
    methods: z
      .array(z.enum(methods))
      .min(1)
      .default([...methods])
      .describe('Allowed methods'),
    headers: z
      .array(z.string().max(128).regex(HEADER, 'must be the name of a header or `*`'))
      .min(1)
      .max(100)
      .default(['*'])
      .describe('Request headers that pages may set; `*` allows all'),
  });
}

export type Cors = z.output<ReturnType<typeof corsSchema>>;

export const sourceSchema = z
  .strictObject({
    bucket: bucketName
      .optional()
      .describe(
        'Name of an existing bucket, in the account and region of the stack; its policy, versioning, lifecycle and CORS stay as they are. Default: the stack creates a bucket',
      ),
    notifications: z
      .enum(['eventbridge', 'add'])
      .default('eventbridge')
      .describe(
        '`eventbridge`: a rule of EventBridge, which the bucket has to be switched on for; `add`: the bucket’s notification configuration is read, added to and from then on kept by this stack',
      ),
    keyArn: keyArn
      .optional()
      .describe(
        'ARN of the KMS key that uploads to the existing bucket are encrypted with, if any',
      ),
    cors: corsSchema(['PUT', 'POST'])
      .optional()
      .describe(
        'Web pages that may upload with presigned requests to the bucket that the stack creates. Default: none',
      ),
  })
  .superRefine(({ bucket, keyArn: key, cors }, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (bucket === undefined && key !== undefined)
      problem(
        'keyArn',
        'needs `bucket`: `encryption.kms` sets the key of the bucket that the stack creates',
      );
    if (bucket !== undefined && cors !== undefined)
      problem(
        'cors',
        `the stack does not change the CORS configuration of ${bucket}; set it where the bucket is configured`,
      );
  });

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

export const outcomeEventsSchema = z.strictObject({
  busArn: z
    .string()
    .regex(
      /^arn:aws[\w-]*:events:[a-z\d-]+:\d{12}:event-bus\/[\w./-]+$/,
      'must be the ARN of an event bus of EventBridge',
    )
    .optional()
    .describe('ARN of the event bus that takes the events; otherwise the stack makes one'),
  webhook: webhookSchema
    .optional()
    .describe('A server of yours that also receives each event, signed (Standard Webhooks)'),
});

/** Tags that every resource has; a stack's own may not begin so. */
export const OWN_TAG_PREFIX = 'darkroom:';
/** AWS's limit of 50, less ours. */
const MOST_TAGS = 45;
/** What all services take (AWS user guide "Tagging your resources", naming limits). */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(TAG_TEXT, 'a tag holds letters, digits, spaces and _ . : / = + - @');

export const tagsSchema = z
  .record(
    text(128)
      .min(1)
      .refine((key) => !/^aws:/i.test(key), 'names that begin with aws: are Amazon’s')
      .refine(
        (key) => !key.startsWith(OWN_TAG_PREFIX),
        `${OWN_TAG_PREFIX}… are set by the program`,
      ),
    text(256),
  )
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `at most ${MOST_TAGS} tags`);
