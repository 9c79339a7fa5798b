/** What sends messages to queues, and its client. The handler loads this file when it first needs it: most starts never do. */
export { sendDeadLetter } from './dead-letter.ts';
export { returnToQueue } from './return-to-queue.ts';
export { createSqs } from './sqs-client.ts';
export { webhookSender } from './webhook-sender.ts';
