import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';
import { OperationError } from '../errors.ts';
import { MESSAGES_A_REQUEST } from '../messages/pace.ts';
import { WANTED_ATTRIBUTES } from './dead-letter.ts';
import { VISIBILITY_SECONDS } from './held-messages.ts';

/**
 * An answer without waiting may be empty although there are messages: only a long poll asks all of SQS's servers (SQS
 * developer guide, "Short and long polling").
 */
const WAIT_SECONDS = 1;
const DELETE_ATTEMPTS = 3;
const BACKOFF_MS = 200;

/** @returns none at the end of the queue */
export async function receive(sqs: SQSClient, queueUrl: string): Promise<readonly Message[]> {
  const { MessageAttributeNames, MessageSystemAttributeNames } = WANTED_ATTRIBUTES;
  // Never aborted: what an answer that nobody reads has received would be invisible to all.
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: MESSAGES_A_REQUEST,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: VISIBILITY_SECONDS,
      MessageAttributeNames: [...MessageAttributeNames],
      MessageSystemAttributeNames: [...MessageSystemAttributeNames],
    }),
  );
  return Messages;
}

/** Messages that can be received; SQS calls the figure approximate. */
export async function countMessages(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes['ApproximateNumberOfMessages'] ?? 0);
}

/**
 * @param handles up to ten receipt handles
 * @throws OperationError `DELETE_FAILED`
 */
export async function deleteMessages(
  sqs: SQSClient,
  queueUrl: string,
  handles: readonly string[],
  clock: Clock,
): Promise<void> {
  let left = handles;
  let reason = '';
  for (let attempt = 1; left.length > 0 && attempt <= DELETE_ATTEMPTS; attempt++) {
    if (attempt > 1) await clock.sleep(BACKOFF_MS * 2 ** (attempt - 2));
    const { Failed = [] } = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: left.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    const failed = new Set(Failed.map(({ Id }) => Number(Id)));
    reason = Failed.map(({ Code }) => Code).join(', ');
    left = left.filter((_, index) => failed.has(index));
  }
  if (left.length > 0)
    throw new OperationError(
      'DELETE_FAILED',
      `${left.length} messages are back in the queue, and still dead letters: ${reason}`,
    );
}
