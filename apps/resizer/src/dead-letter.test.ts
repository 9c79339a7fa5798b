import { PipelineError } from '@darkroom/pipeline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSqs } from './sqs-client.ts';
import { sendDeadLetter } from './dead-letter.ts';
import { messageSent, type SentMessage } from './testing/answer-sqs.ts';
import { startCannedAws, status, type CannedAws } from './testing/canned-aws.ts';

let aws: CannedAws;
let queueUrl: string;
let send: (letter: Parameters<typeof sendDeadLetter>[2]) => Promise<void>;
beforeAll(async () => {
  aws = await startCannedAws();
  // The client sends to the queue's own address.
  queueUrl = `${aws.url}/123456789012/photos-dead-letters`;
  const sqs = createSqs();
  send = (letter) => sendDeadLetter(sqs, queueUrl, letter);
});
afterAll(() => aws.close());

const sent = () => JSON.parse(aws.requests.at(-1)?.body ?? '') as SentMessage;
const attributes = () =>
  Object.fromEntries(
    Object.entries(sent().MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
  );

test('says why the message is there, and of which object', async () => {
  aws.answer(messageSent);
  await send({
    body: '{"Records":[]}',
    error: new PipelineError('TRANSFORM_FAILED', 'recipe photos, variant web: out of ink'),
    sourceBucket: 'photos',
    sourceKey: 'uploads/猫 1.jpg',
  });
  expect(sent()).toEqual({
    QueueUrl: queueUrl,
    MessageBody: '{"Records":[]}',
    MessageAttributes: {
      errorCode: { DataType: 'String', StringValue: 'TRANSFORM_FAILED' },
      errorMessage: { DataType: 'String', StringValue: 'recipe photos, variant web: out of ink' },
      sourceBucket: { DataType: 'String', StringValue: 'photos' },
      sourceKey: { DataType: 'String', StringValue: 'uploads/猫 1.jpg' },
    },
  });
});

test('names no object where none is known', async () => {
  aws.answer(messageSent);
  await send({ body: 'rubbish', error: new PipelineError('INVALID_MESSAGE', 'not JSON') });
  expect(attributes()).toEqual({ errorCode: 'INVALID_MESSAGE', errorMessage: 'not JSON' });
});

describe('attributes are what SQS takes', () => {
  const attributesOf = async (message: string, sourceKey: string) => {
    aws.answer(messageSent);
    await send({ body: 'x', error: new PipelineError('INTERNAL', message), sourceKey });
    return attributes();
  };

  test('control characters are replaced, the rest of the text stays', async () => {
    expect(await attributesOf('a\u0000b\u001fc\n\ufffed', '\u0007.jpg')).toMatchObject({
      errorMessage: 'a\ufffdb\ufffdc\n\ufffdd',
      sourceKey: '\ufffd.jpg',
    });
  });

  test('a text without characters is a dash', async () => {
    expect(await attributesOf('', 'a.jpg')).toMatchObject({ errorMessage: '-' });
  });

  test('a long message is cut, a key never is', async () => {
    const key = 'k'.repeat(1024);
    const { errorMessage, sourceKey } = await attributesOf('m'.repeat(5000), key);
    expect(errorMessage).toBe('m'.repeat(1024));
    expect(sourceKey).toBe(key);
  });

  test('a cut in the middle of a character leaves no half of it', async () => {
    const { errorMessage } = await attributesOf(`${'m'.repeat(1023)}🦊`, 'a.jpg');
    expect(errorMessage).toBe(`${'m'.repeat(1023)}\ufffd`);
  });

  test('whatever the message and the key are', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 1100 });
    const halves = fc.array(fc.constantFrom('\ud83e', '\udd8a', '🦊')).map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, halves), text, async (message, key) => {
        for (const value of Object.values(await attributesOf(message, key))) {
          expect(value).toMatch(/^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u);
          expect(value.length).toBeLessThanOrEqual(1024);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test.each([
  ['QueueDoesNotExist', 400, 'STORAGE_UNAVAILABLE'],
  ['RequestThrottled', 403, 'THROTTLED'],
])('SQS’s %s has a code of ours', async (name, httpStatus, code) => {
  const type = `com.amazonaws.sqs#${name}`;
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  aws.answer(status(httpStatus, headers, JSON.stringify({ __type: type, message: 'as told' })));
  const sending = send({ body: 'x', error: new PipelineError('INTERNAL', 'x') });
  await expect(sending).rejects.toMatchObject({ name: 'PipelineError', code });
});
