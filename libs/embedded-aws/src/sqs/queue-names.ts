import type { Emulator } from '../emulator.ts';
import { SqsError } from '../fauxqs-internals.ts';

/**
 * Upstream: a queue of the same name in another region replaces the first one in the database,
 * messages and all.
 */
export function queueNames({ sqs }: Emulator): void {
  const create = sqs.createQueue.bind(sqs);
  sqs.createQueue = (...args) => {
    const existing = sqs.getQueueByName(args[0]);
    if (existing === undefined) return create(...args);
    throw new SqsError(
      'QueueNameExists',
      `The embedded SQS has one queue of a name in all regions; this one is ${existing.arn}.`,
    );
  };
}
