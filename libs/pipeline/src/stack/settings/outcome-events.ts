import * as z from 'zod';

export const outcomeEventsSchema = z.strictObject({
  busArn: z
    .string()
    .regex(
      /^arn:aws[\w-]*:events:[a-z\d-]+:\d{12}:event-bus\/[\w./-]+$/,
      'must be the ARN of an event bus of EventBridge',
    )
    .optional()
    .describe('ARN of the event bus that takes the events; otherwise the stack makes one'),
});
