import {
  formatWebhookEnvironment,
  formatWebhookReceiver,
  type OutcomeEvent,
} from '@darkroom/pipeline';
import type { SQSRecord } from 'aws-lambda';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureOutput } from './testing/captured-output.ts';
import { startCannedAws, type Answer, type CannedAws } from './testing/canned-aws.ts';
import { formatWebhookMessage } from './webhook-message.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

let aws: CannedAws;
beforeAll(async () => {
  aws = await startCannedAws();
});
beforeEach(() => {
  vi.resetModules();
  // The spread of the back-off: none.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const variables = formatWebhookEnvironment('INFO', {
    queueUrl: `${aws.url}/123456789012/webhook`,
    receiver: 'photos-receiver:1',
  });
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
});
afterAll(() => aws.close());

/** SSM has the parameter, the receiver refuses these keys, and SQS answers this. */
const world =
  (refused: readonly string[] = [], sqs = '{"Successful":[],"Failed":[]}'): Answer =>
  (response, { line, headers, body }) => {
    const url = `${aws.url}/hooks`;
    const Value = formatWebhookReceiver({ url, secret: SECRET });
    if (line === 'POST /hooks')
      response.writeHead(refused.some((key) => body.includes(key)) ? 503 : 204).end();
    else if (headers['x-amz-target'] === 'AmazonSSM.GetParameter')
      response.writeHead(200, JSON_TYPE).end(JSON.stringify({ Parameter: { Value } }));
    else response.writeHead(200, JSON_TYPE).end(sqs);
  };

const eventOf = (key: string): OutcomeEvent => ({
  source: 'darkroom',
  'detail-type': 'ImageRemoved',
  resources: ['arn:aws:s3:::processed/manifest.json'],
  detail: {
    ...{ version: 1, status: 'removed', source: { bucket: 'source', key } },
    ...{ eventId: `event of ${key}`, eventTime: '2026-01-02T03:04:05.000Z' },
  },
});
const record = (messageId: string, body: string, receiveCount = 1) =>
  ({
    ...{ messageId, body, receiptHandle: `handle of ${messageId}` },
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }) as unknown as SQSRecord;

async function call(...records: SQSRecord[]) {
  const { handler } = await import('./webhook.ts');
  let failed: string[] = [];
  const output = await captureOutput(async () => {
    const { batchItemFailures } = await handler({ Records: records });
    failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  });
  return { failed, output };
}
const requestsTo = (target: string) =>
  aws.requests.filter(({ headers }) => headers['x-amz-target'] === target);

test('events are delivered with the secret of the encrypted parameter', async () => {
  aws.answer(world());
  const { failed, output } = await call(
    record('1', formatWebhookMessage(eventOf('a.jpg'))),
    record('2', formatWebhookMessage(eventOf('b.jpg')), 3),
  );
  expect(failed).toEqual([]);
  expect(
    requestsTo('AmazonSSM.GetParameter').map(({ body }) => JSON.parse(body) as object),
  ).toEqual([{ Name: 'photos-receiver:1', WithDecryption: true }]);
  const delivered = aws.requests.filter(({ line }) => line === 'POST /hooks');
  for (const { body, headers } of delivered)
    new Webhook(SECRET).verify(body, headers as Record<string, string>);
  expect(delivered.map(({ headers }) => headers['webhook-id']).sort()).toEqual([
    'event of a.jpg',
    'event of b.jpg',
  ]);
  // No message goes back to the queue.
  expect(aws.requests).toHaveLength(3);
  const line = { level: 'INFO', message: 'event delivered', type: 'image.removed' };
  expect(output).toHaveLength(2);
  expect(output).toContainEqual(
    expect.objectContaining({ ...line, id: 'event of a.jpg', key: 'a.jpg', attempt: 1 }),
  );
  expect(output).toContainEqual(
    expect.objectContaining({ ...line, id: 'event of b.jpg', key: 'b.jpg', attempt: 3 }),
  );
});

test('events that are not accepted come again after their back-off', async () => {
  aws.answer(world(['bad.jpg']));
  const { failed, output } = await call(
    record('1', formatWebhookMessage(eventOf('good.jpg'))),
    record('2', formatWebhookMessage(eventOf('bad.jpg')), 2),
    record('3', 'rubbish'),
  );
  expect(failed).toEqual(['2', '3']);
  const [change, ...more] = requestsTo('AmazonSQS.ChangeMessageVisibilityBatch');
  expect(more).toEqual([]);
  expect(JSON.parse(change?.body ?? '')).toEqual({
    QueueUrl: `${aws.url}/123456789012/webhook`,
    Entries: [
      { Id: '0', ReceiptHandle: 'handle of 2', VisibilityTimeout: 300 },
      { Id: '1', ReceiptHandle: 'handle of 3', VisibilityTimeout: 5 },
    ],
  });
  const errors = output.filter(({ level }) => level === 'ERROR');
  expect(errors).toHaveLength(2);
  expect(errors).toContainEqual(
    expect.objectContaining({
      ...{ message: 'event not delivered', messageId: '2', attempt: 2, backOff: 300 },
      ...{ id: 'event of bad.jpg', type: 'image.removed', key: 'bad.jpg' },
      error: expect.objectContaining({ message: `${aws.url} answers with status 503` }) as object,
    }),
  );
  const unknown = errors.find(({ messageId }) => messageId === '3');
  expect(unknown).toMatchObject({ attempt: 1, backOff: 5 });
  expect(unknown).not.toHaveProperty('key');
  // The secret is in no line.
  expect(JSON.stringify(output)).not.toContain(SECRET);
  expect(output.filter(({ message }) => message === 'back-off not set')).toEqual([]);
});

test('reports a back-off that SQS did not take', async () => {
  const refusal = '{"Failed":[{"Id":"0","Code":"Unavailable","Message":"later"}]}';
  aws.answer(world(['bad.jpg'], refusal));
  const { failed, output } = await call(record('1', formatWebhookMessage(eventOf('bad.jpg'))));
  expect(failed).toEqual(['1']);
  expect(output.filter(({ message }) => message === 'back-off not set')).toEqual([
    expect.objectContaining({ level: 'WARN', reason: 'Unavailable: later' }),
  ]);
});

test('does not start without a receiver', async () => {
  aws.answer((response) => void response.writeHead(200, JSON_TYPE).end('{"Parameter":{}}'));
  await expect(import('./webhook.ts')).rejects.toThrow('has no valid url and secret');
});
