import {
  SendMessageCommand,
  type MessageAttributeValue,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { PipelineError } from '@darkroom/pipeline';
import { awsError } from './aws-error.ts';

/** A message for the dead-letter queue, and the reason, which becomes its message attributes. */
export interface DeadLetter {
  readonly body: string;
  readonly error: PipelineError;
  readonly sourceBucket?: string;
  readonly sourceKey?: string;
}

/** Characters that SQS rejects (API reference, "SendMessage"): control characters and lone surrogates. */
const FORBIDDEN = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
/** Longest attribute: an S3 key. Error messages may be longer. */
const MAX_CHARACTERS = 1024;

function text(value: string): MessageAttributeValue {
  const allowed = value.slice(0, MAX_CHARACTERS).replace(FORBIDDEN, '\uFFFD');
  // SQS rejects an empty attribute.
  return { DataType: 'String', StringValue: allowed || '-' };
}

/**
 * Sends a message to the dead-letter queue, with the reason in its attributes.
 * @throws PipelineError if SQS rejects the request or does not answer in time
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
