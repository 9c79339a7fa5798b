import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSMessageAttribute, SQSRecord, SQSRecordAttributes } from 'aws-lambda';

/** A received message as Lambda hands it over: AWS page "Using Lambda with Amazon SQS". */
export function toSqsRecord(message: Message, queueArn: string): SQSRecord {
  const attributes: Partial<Record<string, string>> = { ...message.Attributes };
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    // With `MessageSystemAttributeNames: ['All']` SQS sends all that the type asks for.
    attributes: attributes as Partial<SQSRecordAttributes> as SQSRecordAttributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        toMessageAttribute(value),
      ]),
    ),
    ...(message.MD5OfMessageAttributes !== undefined && {
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
    }),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
}

/** The event (JSON) of a batch. */
export function toPayload(messages: readonly Message[], queueArn: string): string {
  const event: SQSEvent = { Records: messages.map((message) => toSqsRecord(message, queueArn)) };
  return JSON.stringify(event);
}

/** What one message adds to the payload, bytes. */
export function payloadBytes(message: Message, queueArn: string): number {
  return Buffer.byteLength(JSON.stringify(toSqsRecord(message, queueArn))) + ','.length;
}

function toMessageAttribute(value: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
    ...(value.BinaryValue !== undefined && {
      binaryValue: Buffer.from(value.BinaryValue).toString('base64'),
    }),
    stringListValues: [],
    binaryListValues: [],
    dataType: value.DataType ?? 'String',
  };
}
