import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsError } from './aws-error.ts';

/** Most entries of a batch request (Amazon SQS developer guide, "Message quotas"). */
const ENTRIES_PER_REQUEST = 10;

/** A message whose work has ended, all of its requests included, and that has to come again. */
export interface FailedMessage {
  readonly receiptHandle: string;
  /** Seconds until it comes again. */
  readonly backOff: number;
}

/**
 * Says when failed messages come again. Where SQS does not take it, they do after the queue's visibility timeout.
 *
 * @param signal ends the requests
 * @returns what went wrong; nothing that anybody has to wait for
 */
export async function giveBack(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly FailedMessage[],
  signal: AbortSignal,
): Promise<Error[]> {
  const groups = Array.from(
    { length: Math.ceil(messages.length / ENTRIES_PER_REQUEST) },
    (_, index) => messages.slice(index * ENTRIES_PER_REQUEST, (index + 1) * ENTRIES_PER_REQUEST),
  );
  const problems = await Promise.all(
    groups.map((group) => changeVisibility(sqs, queueUrl, group, signal)),
  );
  return problems.flat();
}

async function changeVisibility(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly FailedMessage[],
  signal: AbortSignal,
): Promise<Error[]> {
  const command = new ChangeMessageVisibilityBatchCommand({
    QueueUrl: queueUrl,
    Entries: messages.map(({ receiptHandle, backOff }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: backOff,
    })),
  });
  try {
    const { Failed = [] } = await sqs.send(command, { abortSignal: signal });
    return Failed.map(({ Code, Message }) => new Error(`${Code}: ${Message}`));
  } catch (cause) {
    return [awsError(cause, `ChangeMessageVisibilityBatch of ${queueUrl}`)];
  }
}
