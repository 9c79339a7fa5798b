import { SqsStore, type SqsQueue } from '../fauxqs-internals.ts';

/**
 * Sends a body as S3 sends it: with the queue's delay, without attributes.
 *
 * @returns takes the message back out of memory, for a commit that fails
 */
export function enqueue(queue: SqsQueue, body: string): () => void {
  const delaySeconds = Number(queue.attributes['DelaySeconds'] ?? 0);
  const message = SqsStore.createMessage(body, {}, delaySeconds > 0 ? delaySeconds : undefined);
  queue.enqueue(message);
  return () => {
    queue.messages = queue.messages.filter((other) => other !== message);
    queue.delayedMessages = queue.delayedMessages.filter((other) => other !== message);
  };
}
