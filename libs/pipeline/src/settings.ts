import * as z from 'zod';
import { limitsSchema } from './limits.ts';
import { check } from './problems.ts';
import { recipesSchema } from './recipe.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const functionSchema = z.strictObject({
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
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const queueSchema = z
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

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

const logsSchema = z.strictObject({
  level: z.enum(LOG_LEVELS).default('INFO').describe('Least level that is logged'),
  retentionDays: z
    .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653])
    .default(30)
    .describe('Days that logs are kept; the values that CloudWatch Logs has'),
});

const storageSchema = z.strictObject({
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
});

/** What one stack sets: `darkroom:pipeline` in `Pulumi.STACK.yaml`. Only the recipes have no default. */
export const settingsSchema = z.strictObject({
  recipes: recipesSchema.describe('What becomes of which uploads'),
  limits: limitsSchema.prefault({}),
  function: functionSchema.prefault({}).describe('The Lambda function'),
  queue: queueSchema.prefault({}).describe('The queue between bucket and function'),
  logs: logsSchema.prefault({}).describe('What the function writes to CloudWatch Logs'),
  tracing: z.boolean().default(false).describe('X-Ray tracing'),
  storage: storageSchema.prefault({}).describe('The two buckets'),
  tags: z.record(z.string(), z.string()).default({}).describe('Tags of every resource'),
});

export type Settings = z.output<typeof settingsSchema>;
/** What a program or a stack file writes. */
export type SettingsInput = z.input<typeof settingsSchema>;

/** Several things may be wrong at once: all of them, each with its path. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'INVALID_SETTINGS';
}

/**
 * @param where names the place for messages, for example `Pulumi.dev.yaml, darkroom:pipeline`
 * @throws SettingsError that lists every problem
 */
export function parseSettings(input: unknown, where: string): Settings {
  const checked = check(settingsSchema, input);
  if (checked.ok) return checked.data;
  throw new SettingsError(`${where} is not valid:\n${checked.problems}`, { cause: checked.cause });
}
