import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsError } from './aws-error.ts';

/** Most entries of a batch request (Amazon SQS developer guide, "Message quotas"). */
const ENTRIES_PER_REQUEST = 10;

/** A failed message whose requests have all ended, and that SQS has to deliver again. */
export interface FailedMessage {
  readonly receiptHandle: string;
  /** Seconds until SQS delivers it again. */
  readonly backOff: number;
}

/**
 * Sets when SQS delivers failed messages again. If SQS rejects it, the queue's visibility timeout applies.
 *
 * @param signal ends the requests
 * @returns errors to report; none of them needs a retry
 */
export async function returnToQueue(
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
