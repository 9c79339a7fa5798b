import type { Message } from '@aws-sdk/client-sqs';
import { InvalidMessageError, parseMessage } from '@darkroom/events';

/** A dead letter that says nothing of its reason, and whose key has no manifest that does. */
export const UNEXPLAINED = 'UNEXPLAINED';

/** A message of the dead-letter queue, as far as it is read. */
export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Decoded, as the body names them; none where it cannot be read. */
  readonly keys: readonly string[];
  /** A code of the contract, or `UNEXPLAINED`. */
  readonly errorCode: string;
  /** Milliseconds since 1970; of a message that SQS moved, when it was sent to the queue that it came from. */
  readonly sentAt: number;
}

/** Message attributes and system attributes that `readDeadLetter` needs. */
export const WANTED_ATTRIBUTES = {
  MessageAttributeNames: ['errorCode'],
  MessageSystemAttributeNames: ['SentTimestamp'],
} as const;

/**
 * @param explain finds the reason of a message that SQS moved by itself, after a crash: such a one has no attributes
 */
export async function readDeadLetter(
  message: Message,
  explain: (keys: readonly string[]) => Promise<string | undefined>,
): Promise<DeadLetter> {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes, MessageAttributes } = message;
  const keys = keysOf(Body);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    keys,
    errorCode:
      MessageAttributes?.['errorCode']?.StringValue ?? (await explain(keys)) ?? UNEXPLAINED,
    sentAt: Number(Attributes?.SentTimestamp ?? 0),
  };
}

function keysOf(body: string): string[] {
  try {
    const message = parseMessage(body);
    return message.kind === 'changes' ? message.changes.map(({ key }) => key) : [];
  } catch (error) {
    if (error instanceof InvalidMessageError) return [];
    throw error;
  }
}
