/** Messages in the queue: from other services, in envelopes, invalid ones, and repair messages. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { eventBridgeEvent, notification, snsMessage } from '../testing/notification.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';

let running: RunningStack;
let client: Client;
let deadLetters: DeadLetters;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
  deadLetters = new DeadLetters(client);
});

afterAll(async () => {
  await running.stop();
});

describe('goes to the dead-letter queue with its reason:', () => {
  test.each([
    ['no JSON', 'Hello?'],
    ['an empty object', '{}'],
    ['records of another service', '{"Records":[{"eventSource":"aws:dynamodb","dynamodb":{}}]}'],
    [
      'no key',
      '{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{}}}]}',
    ],
    [
      'a key that is encoded wrongly',
      '{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"%zz"}}}]}',
    ],
  ])('%s', async (_what, body) => {
    await client.send(body);
    const { attributes } = await deadLetters.find((deadLetter) => deadLetter.body === body);
    expect(attributes).toEqual({
      errorCode: 'INVALID_MESSAGE',
      errorMessage: expect.stringMatching(/\w/),
    });
  });

  test('another bucket’s name', async () => {
    const key = 'uploads/über & drüber.jpg';
    await client.send(notification({ bucket: 'somebody-elses', key }));
    const { attributes } = await deadLetters.find(
      ({ attributes: { sourceKey } }) => sourceKey === key,
    );
    expect(attributes).toEqual({
      errorCode: 'INVALID_MESSAGE',
      errorMessage: expect.stringContaining('somebody-elses'),
      sourceBucket: 'somebody-elses',
      sourceKey: key,
    });
  });

  test('only the part of a message that is wrong', async () => {
    const { sourceBucket: bucket } = client.stack;
    const [good, wrong] = ['uploads/good-part.jpg', 'uploads/wrong-part.jpg'];
    await client.uploadAndWait(good, await picture());
    await empty(good);
    await client.send(notification({ bucket: 'elsewhere', key: wrong }, { bucket, key: good }));
    const { body } = await deadLetters.find(({ attributes: { sourceKey } }) => sourceKey === wrong);
    expect(body).not.toContain('good-part');
    await client.untilIdle();
    expect((await client.manifestOf(good))?.status).toBe('done');
  });
});

/** Deletes the outputs of an upload directly. */
async function empty(key: string): Promise<void> {
  for (const output of (await client.outputsOf(key)).keys())
    await client.remove(output, client.stack.processedBucket);
}

describe('repairs the outputs of a key:', () => {
  const named = (key: string) => ({ bucket: client.stack.sourceBucket, key });

  test.each([
    ['an S3 notification', (key: string) => notification(named(key))],
    [
      'the least of one',
      (key: string) =>
        JSON.stringify({
          Records: [{ s3: { bucket: { name: named(key).bucket }, object: { key } } }],
        }),
    ],
    ['one that SNS passed on', (key: string) => snsMessage(notification(named(key)))],
    ['an EventBridge event', (key: string) => eventBridgeEvent(named(key))],
    [
      'an EventBridge event that SNS passed on',
      (key: string) => snsMessage(eventBridgeEvent(named(key))),
    ],
  ])('%s', async (what, bodyFor) => {
    const key = `uploads/${what.replaceAll(' ', '-')}.jpg`;
    const { source } = await client.uploadAndWait(key, await picture());
    await client.untilIdle();
    await empty(key);
    await client.send(bodyFor(key));
    await client.outcomeOf(key, source.eTag);
    expect((await client.outputsOf(key)).size).toBe(8);
  });

  test('makes a missing output again, replaces a changed one and removes an orphan', async () => {
    const key = 'uploads/damaged.jpg';
    const { source } = await client.uploadAndWait(key, await picture());
    await client.untilIdle();
    expect(await findInconsistencies(client)).toEqual([]);
    const { processedBucket: Bucket } = client.stack;
    await client.remove(`${key}/thumb.webp`, Bucket);
    for (const name of ['w320-jpeg.jpg', 'left-over.webp'])
      await client.s3.send(
        new PutObjectCommand({ Bucket, Key: `${key}/${name}`, Body: 'not what was made' }),
      );
    const found = await findInconsistencies(client);
    for (const name of ['thumb.webp', 'w320-jpeg.jpg', 'left-over.webp'])
      expect(found.join('\n')).toContain(name);

    await client.send(notification({ ...named(key), eTag: source.eTag }));
    await client.untilIdle();
    expect(await findInconsistencies(client)).toEqual([]);
  });

  test('outputs of an upload that is gone are removed', async () => {
    const key = 'uploads/gone.jpg';
    const { processedBucket: Bucket } = client.stack;
    await client.s3.send(
      new PutObjectCommand({ Bucket, Key: `${key}/thumb.webp`, Body: 'left behind' }),
    );
    await client.send(notification(named(key)));
    await client.untilIdle();
    expect((await client.outputsOf(key)).size).toBe(0);
  });
});

test('S3’s test message and a key that no recipe matches are acknowledged without a dead letter', async () => {
  const before = (await deadLetters.all()).length;
  const { sourceBucket: bucket } = client.stack;
  await client.send(
    JSON.stringify({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2026-11-12T00:00:00.000Z',
      Bucket: bucket,
      RequestId: 'EXAMPLE',
      HostId: 'EXAMPLE',
    }),
  );
  await client.send(notification({ bucket, key: 'other/photo.jpg' }));
  await client.send(notification({ bucket, key: 'uploads/folder/' }));
  await client.untilIdle();
  expect(await deadLetters.all()).toHaveLength(before);
});

test('the processed bucket contains exactly the outputs of all uploads', async () => {
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
});
