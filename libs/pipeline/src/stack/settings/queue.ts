import * as z from 'zod';

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
