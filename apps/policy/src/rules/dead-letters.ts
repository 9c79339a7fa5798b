import { valuesAt } from '../resource.ts';
import type { Rule } from '../rule.ts';
import { EVENT_SOURCE_MAPPING, QUEUE } from '../types.ts';

/** Lambda developer guide: fewer let messages of throttled calls go to the dead letters. */
const LEAST_ATTEMPTS = 5;
/** SQS's default, seconds. */
const RETENTION = 345_600;

export const deadLetters: Rule = {
  name: 'dead-letters',
  description:
    'A queue that a function works on gives each message at least five attempts and has a dead-letter queue that keeps what failed longer: a dead letter keeps the age of its message.',
  of: [EVENT_SOURCE_MAPPING],
  problem(mapping, stack) {
    const queue = stack.target(mapping, 'eventSourceArn', QUEUE);
    if (!queue) return undefined;
    const [redrive] = valuesAt(queue.properties, 'redrivePolicy');
    if (typeof redrive !== 'string') return `${queue.name} has no dead-letter queue`;
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(redrive) as Record<string, unknown>;
    if (Number(maxReceiveCount) < LEAST_ATTEMPTS)
      return `${queue.name} gives up after ${String(maxReceiveCount)} attempts`;
    const letters = stack
      .ofType(QUEUE)
      .find(({ properties }) => properties['arn'] === deadLetterTargetArn);
    const days = (value: unknown) => Number(value ?? RETENTION);
    if (
      letters &&
      days(letters.properties['messageRetentionSeconds']) <=
        days(queue.properties['messageRetentionSeconds'])
    )
      return `${letters.name} keeps dead letters no longer than ${queue.name} keeps messages`;
    return undefined;
  },
};
