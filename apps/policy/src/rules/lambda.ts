import { EVENT_SOURCE_MAPPING, FUNCTION, QUEUE } from '../resource-types.ts';
import type { Rule } from '../rule.ts';
import { valuesAt } from '../stack.ts';

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

export const boundedConcurrency: Rule = {
  name: 'bounded-concurrency',
  description:
    'A queue calls its function at most so often at once, and never more often than the function has reserved: the guard against a surprise bill, and against throttled calls that use attempts up.',
  of: [EVENT_SOURCE_MAPPING],
  problem(mapping, stack) {
    const [most] = valuesAt(mapping.properties, 'scalingConfig', 'maximumConcurrency');
    // Lambda takes no less.
    if (typeof most !== 'number' || most < 2) return 'has no maximum concurrency of at least 2';
    const handler = stack.target(mapping, 'functionName', FUNCTION);
    const reserved = handler?.properties['reservedConcurrentExecutions'] ?? -1;
    if (typeof reserved === 'number' && reserved >= 0 && reserved < most)
      return `calls ${handler?.name} up to ${most} times at once, which has reserved ${reserved}`;
    return undefined;
  },
};

/** Bytes, names and values together (Lambda quotas). */
const MOST = 4096;

export const environmentFits: Rule = {
  name: 'environment-fits',
  description: 'A function’s environment is within Lambda’s 4 KB.',
  of: [FUNCTION],
  problem({ properties }) {
    const variables = valuesAt(properties, 'environment', 'variables').flatMap((all) =>
      Object.entries(all as Record<string, unknown>),
    );
    const bytes = variables
      .flat()
      .reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0);
    return bytes <= MOST ? undefined : `has an environment of ${bytes} bytes`;
  },
};
