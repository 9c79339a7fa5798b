/** The function that sends events to the webhook. Lambda starts `webhook.mjs` of the package for `webhook.handler`. */
import './stack-traces.ts';
import { Logger } from '@aws-lambda-powertools/logger';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { parseWebhookEnvironment, parseWebhookReceiver } from '@darkroom/pipeline';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { clientConfig } from './clients.ts';
import { returnToQueue, type FailedMessage } from './return-to-queue.ts';
import { createSqs } from './sqs-client.ts';
import { deliver, retryDelay } from './webhook-delivery.ts';
import { parseWebhookMessage } from './webhook-message.ts';

/** For the report of failed events, milliseconds. */
const REPORT_MS = 5_000;

// Runs at cold start.
const environment = parseWebhookEnvironment(process.env);
const logger = new Logger();
const sqs = createSqs();
const receiver = await readReceiver();

async function readReceiver() {
  const ssm = new SSMClient(clientConfig);
  const { Parameter } = await ssm.send(
    new GetParameterCommand({ Name: environment.receiver, WithDecryption: true }),
  );
  ssm.destroy();
  return parseWebhookReceiver(Parameter?.Value ?? '');
}

/** Sends a batch of events. @returns the ids of the messages that SQS has to deliver again */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const failed = (await Promise.all(Records.map(send))).filter((one) => one !== undefined);
  const signal = AbortSignal.timeout(REPORT_MS);
  const [problem] = await returnToQueue(sqs, environment.queueUrl, failed, signal);
  if (problem) logger.warn('back-off not set', { reason: problem.message });
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** @returns the message if it has to be sent again: the receiver has not accepted the event */
async function send({
  messageId,
  receiptHandle,
  body,
  attributes,
}: SQSRecord): Promise<(FailedMessage & { messageId: string }) | undefined> {
  const attempt = Number(attributes.ApproximateReceiveCount);
  let event = {};
  try {
    const message = parseWebhookMessage(body);
    const { type, data } = message.payload;
    event = { id: message.id, type, key: data.source.key };
    await deliver(message, receiver);
    logger.info('event delivered', { ...event, attempt });
    return undefined;
  } catch (error) {
    const backOff = retryDelay(attempt, Math.random());
    logger.error('event not delivered', { ...event, messageId, attempt, backOff, error });
    return { messageId, receiptHandle, backOff };
  }
}
