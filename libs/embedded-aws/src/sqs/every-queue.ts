import type { SqsQueue, SqsStore } from '../fauxqs-internals.ts';

/** Runs a repair on each queue as it is created or loaded. */
export function onEveryQueue(sqs: SqsStore, repair: (queue: SqsQueue) => void): void {
  const create = sqs.createQueue.bind(sqs);
  sqs.createQueue = (...args) => {
    const queue = create(...args);
    repair(queue);
    return queue;
  };
}
