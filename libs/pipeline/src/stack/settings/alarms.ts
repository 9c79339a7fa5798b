import * as z from 'zod';

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
  callsPerMessage: z
    .number()
    .min(1)
    .default(3)
    .describe(
      'The spending guard: calls of the function in an hour, for each message that arrived or was done in it',
    ),
});
