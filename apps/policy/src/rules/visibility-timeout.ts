import type { Rule } from '../rule.ts';
import { EVENT_SOURCE_MAPPING, FUNCTION, QUEUE } from '../types.ts';

/** Lambda developer guide, "Creating and configuring an Amazon SQS event source mapping". */
const TIMES = 6;

export const visibilityTimeout: Rule = {
  name: 'visibility-timeout',
  description:
    'A message stays away for six times the function’s timeout and the batching window: no second worker starts while the first may still write.',
  of: [EVENT_SOURCE_MAPPING],
  problem(mapping, stack) {
    const queue = stack.target(mapping, 'eventSourceArn', QUEUE);
    const handler = stack.target(mapping, 'functionName', FUNCTION);
    if (!queue || !handler) return undefined;
    const window = Number(mapping.properties['maximumBatchingWindowInSeconds'] ?? 0);
    // SQS's and Lambda's defaults.
    const visibility = Number(queue.properties['visibilityTimeoutSeconds'] ?? 30);
    const least = TIMES * Number(handler.properties['timeout'] ?? 3) + window;
    return visibility >= least
      ? undefined
      : `${queue.name} hides a message for ${visibility} seconds, which is less than ${least}`;
  },
};
