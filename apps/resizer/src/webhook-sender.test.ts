import type { OutcomeEvent } from '@darkroom/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSqs } from './sqs-client.ts';
import { messageSent, type SentMessage } from './testing/answer-sqs.ts';
import { silence, startCannedAws, status, type CannedAws } from './testing/canned-aws.ts';
import { formatWebhookMessage } from './webhook-message.ts';
import { webhookSender } from './webhook-sender.ts';

const event: OutcomeEvent = {
  source: 'darkroom',
  'detail-type': 'ImageRemoved',
  resources: ['arn:aws:s3:::processed/manifest.json'],
  detail: {
    ...{ version: 1, status: 'removed', source: { bucket: 'source', key: 'a.jpg' } },
    ...{ eventId: 'e1', eventTime: '2026-01-02T03:04:05.000Z' },
  },
};
const never = new AbortController().signal;

let aws: CannedAws;
let queueUrl: string;
beforeAll(async () => {
  aws = await startCannedAws();
  queueUrl = `${aws.url}/123456789012/photos-webhook`;
});
afterAll(() => aws.close());

test('an event goes to the queue of the webhook', async () => {
  aws.answer(messageSent);
  await webhookSender(createSqs(), queueUrl)(event, never);
  expect(aws.requests.map(({ body }) => JSON.parse(body) as SentMessage)).toEqual([
    { QueueUrl: queueUrl, MessageBody: formatWebhookMessage(event) },
  ]);
});

test('a queue that refuses it brings the message of the upload back', async () => {
  const type = { 'content-type': 'application/x-amz-json-1.0' };
  aws.answer(status(403, type, '{"__type":"AccessDenied","message":"not allowed"}'));
  await expect(webhookSender(createSqs(), queueUrl)(event, never)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: `SendMessage to ${queueUrl}: AccessDenied: not allowed`,
  });
});

test('it waits no longer than the image has time', async () => {
  aws.answer(silence);
  const sending = webhookSender(createSqs(), queueUrl)(event, AbortSignal.timeout(50));
  await expect(sending).rejects.toMatchObject({ code: 'TIMEOUT' });
});
