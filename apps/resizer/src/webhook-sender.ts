import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsError } from './aws-error.ts';
import type { SendEvent } from './outcome-events.ts';
import { formatWebhookMessage } from './webhook-message.ts';

/** @param queueUrl of the queue of the webhook's function */
export function webhookSender(sqs: SQSClient, queueUrl: string): SendEvent {
  return async (event, signal) => {
    const MessageBody = formatWebhookMessage(event);
    const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody });
    await sqs.send(command, { abortSignal: signal }).catch((cause: unknown) => {
      throw awsError(cause, `SendMessage to ${queueUrl}`);
    });
  };
}
