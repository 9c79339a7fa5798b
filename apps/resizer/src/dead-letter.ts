import {
  SendMessageCommand,
  type MessageAttributeValue,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { PipelineError } from '@darkroom/pipeline';

/** Why a message is in the dead-letter queue, as message attributes. */
export interface DeadLetter {
  readonly body: string;
  readonly error: PipelineError;
  readonly sourceBucket?: string;
  readonly sourceKey?: string;
}

/** An attribute may hold no control characters (SQS developer guide, "Message attributes"), and not be empty. */
const FORBIDDEN = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const MAX_MESSAGE_CHARACTERS = 1024;

function text(value: string): MessageAttributeValue {
  const allowed = value.replace(FORBIDDEN, '\uFFFD').slice(0, MAX_MESSAGE_CHARACTERS);
  return { DataType: 'String', StringValue: allowed || '-' };
}

/** Sends a message to the dead-letter queue with the reason beside it, so that an operator need not guess. */
export async function sendDeadLetter(
  sqs: SQSClient,
  queueUrl: string,
  { body, error, sourceBucket, sourceKey }: DeadLetter,
): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: body,
      MessageAttributes: {
        errorCode: text(error.code),
        errorMessage: text(error.message),
        ...(sourceBucket !== undefined && { sourceBucket: text(sourceBucket) }),
        ...(sourceKey !== undefined && { sourceKey: text(sourceKey) }),
      },
    }),
  );
}
