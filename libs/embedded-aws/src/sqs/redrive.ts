import type { Emulator } from '../emulator.ts';
import { onEveryQueue } from './every-queue.ts';

/**
 * Upstream: a message that goes to the dead-letter queue is deleted in one commit and inserted
 * in the next, so a kill in between loses it. A receive as one commit also writes the disk once
 * and not once for each message.
 */
export function redrive({ sqs, atomically }: Emulator): void {
  onEveryQueue(sqs, (queue) => {
    const dequeue = queue.dequeue.bind(queue);
    queue.dequeue = (...args) => atomically(() => dequeue(...args));
  });
}
