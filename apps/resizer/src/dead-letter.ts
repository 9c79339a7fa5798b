import {
  SendMessageCommand,
  type MessageAttributeValue,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { PipelineError } from '@darkroom/pipeline';
import { awsError } from './aws-error.ts';

/** Why a message is in the dead-letter queue, as message attributes. */
export interface DeadLetter {
  readonly body: string;
  readonly error: PipelineError;
  readonly sourceBucket?: string;
  readonly sourceKey?: string;
}

/** What SQS does not take in a text (API reference, "SendMessage"): control characters, and halves of a character. */
const FORBIDDEN = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
/** Keys are never longer; a message may be. */
const MAX_CHARACTERS = 1024;

function text(value: string): MessageAttributeValue {
  const allowed = value.slice(0, MAX_CHARACTERS).replace(FORBIDDEN, '\uFFFD');
  // An attribute may not be empty.
  return { DataType: 'String', StringValue: allowed || '-' };
}

/**
 * Sends a message to the dead-letter queue with the reason beside it, so that an operator need not guess.
 * @throws PipelineError where SQS said no, or not in time
 */
export async function sendDeadLetter(
  sqs: SQSClient,
  queueUrl: string,
  { body, error, sourceBucket, sourceKey }: DeadLetter,
): Promise<void> {
  const command = new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: body,
    MessageAttributes: {
      errorCode: text(error.code),
      errorMessage: text(error.message),
      ...(sourceBucket !== undefined && { sourceBucket: text(sourceBucket) }),
      ...(sourceKey !== undefined && { sourceKey: text(sourceKey) }),
    },
  });
  try {
    await sqs.send(command);
  } catch (cause) {
    throw awsError(cause, `SendMessage to ${queueUrl}`);
  }
}
