import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { returnToQueue } from './return-to-queue.ts';
import { type CannedAws, silence, startCannedAws, status } from './testing/canned-aws.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/queue';
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
const done = status(200, JSON_TYPE, '{"Successful":[]}');

let aws: CannedAws;
let sqs: SQSClient;
beforeAll(async () => {
  aws = await startCannedAws();
  sqs = new SQSClient({ endpoint: aws.url, maxAttempts: 1 });
});
afterAll(async () => {
  sqs.destroy();
  await aws.close();
});

const messages = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ receiptHandle: `r${index}`, backOff: index }));
const never = new AbortController().signal;

test('each message comes again after its own time, ten to a request', async () => {
  aws.answer(done);
  expect(await returnToQueue(sqs, QUEUE, messages(12), never)).toEqual([]);
  const entries = aws.requests.map(
    ({ body }) => (JSON.parse(body) as { Entries: Record<string, unknown>[] }).Entries,
  );
  expect(entries.map(({ length }) => length).sort()).toEqual([10, 2]);
  expect(entries.flat()).toContainEqual({ Id: '1', ReceiptHandle: 'r11', VisibilityTimeout: 11 });
  expect(entries.flat()).toContainEqual({ Id: '9', ReceiptHandle: 'r9', VisibilityTimeout: 9 });
});

test('nothing is asked where nothing failed', async () => {
  aws.answer(done);
  expect(await returnToQueue(sqs, QUEUE, [], never)).toEqual([]);
  expect(aws.requests).toEqual([]);
});

test('returns what SQS rejects, and does not throw', async () => {
  const failed =
    '{"Failed":[{"Id":"0","Code":"ReceiptHandleIsInvalid","Message":"too late","SenderFault":true}]}';
  aws.answer(status(200, JSON_TYPE, failed));
  expect(await returnToQueue(sqs, QUEUE, messages(1), never)).toEqual([
    expect.objectContaining({ message: 'ReceiptHandleIsInvalid: too late' }),
  ]);
  aws.answer(status(403, JSON_TYPE, '{"__type":"AccessDenied"}'));
  expect(await returnToQueue(sqs, QUEUE, messages(1), never)).toEqual([
    expect.objectContaining({ code: 'STORAGE_UNAVAILABLE' }),
  ]);
});

test('stops waiting when the time is over', async () => {
  aws.answer(silence);
  expect(await returnToQueue(sqs, QUEUE, messages(1), AbortSignal.timeout(50))).toEqual([
    expect.objectContaining({ code: 'TIMEOUT' }),
  ]);
});
