import type { Emulator } from '../emulator.ts';
import { type SqsQueue, type SqsStore, SqsError, INVALID_MESSAGE_BODY_CHAR } from '../fauxqs.ts';

/** Runs a repair on each queue as it is created or loaded. */
export function onEveryQueue(sqs: SqsStore, repair: (queue: SqsQueue) => void): void {
  const create = sqs.createQueue.bind(sqs);
  sqs.createQueue = (...args) => {
    const queue = create(...args);
    repair(queue);
    return queue;
  };
}

/**
 * Upstream: a queue of the same name in another region replaces the first one in the database, and
 * deletes its messages.
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

/** Upstream: URLs use `sqs.REGION.localhost`, which not every machine resolves. */
export function queueUrls({ sqs }: Emulator): void {
  sqs.host = ''; // then fauxqs takes the request's host
}

/** Upstream: the URLs of loaded queues have the port of the run that created them. */
export function moveQueueUrls(sqs: SqsStore, endpoint: string): void {
  const queues = [...sqs.allQueues()];
  sqs.queues.clear();
  for (const queue of queues) {
    queue.url = `${endpoint}${new URL(queue.url).pathname}`;
    sqs.queues.set(queue.url, queue);
  }
}

/** Upstream: the counts include expired visibility timeouts and delays until the next receive. */
export function queueCounts({ sqs }: Emulator): void {
  onEveryQueue(sqs, (queue) => {
    const getAttribute = queue.getAttribute.bind(queue);
    queue.getAttribute = (name) => {
      queue.processTimers();
      return getAttribute(name);
    };
  });
}

/**
 * Upstream: a message that moves to the dead-letter queue is deleted in one commit and inserted in
 * the next, so a kill in between loses it. Here a receive is one commit, which also writes the disk
 * once for all its messages.
 */
export function redrive({ sqs, atomically }: Emulator): void {
  onEveryQueue(sqs, (queue) => {
    const dequeue = queue.dequeue.bind(queue);
    queue.dequeue = (...args) => atomically(() => dequeue(...args));
  });
}

/** SendMessage: `#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`. */
const INVALID = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Upstream: a body with characters from U+10000, such as emoji, is rejected. */
export function messageCharacters(): void {
  INVALID_MESSAGE_BODY_CHAR.test = (body) => INVALID.test(body);
}
