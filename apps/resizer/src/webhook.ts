/** The function that sends events to the webhook. Lambda starts `webhook.mjs` of the package for `webhook.handler`. */
import { Logger } from '@aws-lambda-powertools/logger';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { parseWebhookEnvironment, parseWebhookReceiver } from '@darkroom/pipeline';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { clientConfig, createSqs } from './clients.ts';
import { returnToQueue } from './return-to-queue.ts';
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
  const sent = await Promise.all(Records.map(send));
  const failed = Records.filter((_record, index) => !sent[index]);
  if (failed.length > 0) {
    const backOffs = failed.map((record) => ({
      receiptHandle: record.receiptHandle,
      backOff: retryDelay(attemptOf(record), Math.random()),
    }));
    const signal = AbortSignal.timeout(REPORT_MS);
    const [problem] = await returnToQueue(sqs, environment.queueUrl, backOffs, signal);
    if (problem) logger.warn('back-off not set', { reason: problem.message });
  }
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** @returns whether the receiver has accepted the event */
async function send(record: SQSRecord): Promise<boolean> {
  const attempt = attemptOf(record);
  try {
    const message = parseWebhookMessage(record.body);
    await deliver(message, receiver);
    logger.info('event delivered', { id: message.id, type: message.payload.type, attempt });
    return true;
  } catch (error) {
    logger.error('event not delivered', { messageId: record.messageId, attempt, error });
    return false;
  }
}

function attemptOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}
