/** Hostile message bodies. Each ends in the dead-letter queue with its reason and has no other effect. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { notification, snsMessage } from '../testing/notification.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';

let running: RunningStack;
let client: Client;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
});

afterAll(async () => {
  await running.stop();
});

/** The largest message of the queue, bytes: Amazon SQS Developer Guide, "Message quotas", as it was for a long time. */
const LARGEST = 256 * 1024;
const DEEP = 20_000;
const object = (bucket: string, key: string) =>
  `{"Records":[{"s3":{"bucket":{"name":${bucket}},"object":{"key":${key}}}}]}`;

const BODIES: readonly (readonly [string, () => string])[] = [
  ['256 KiB of rubbish', () => 'x'.repeat(LARGEST)],
  ['256 KiB of brackets', () => '['.repeat(LARGEST / 2) + ']'.repeat(LARGEST / 2)],
  ['256 KiB of records', () => `{"Records":[${'{},'.repeat(80_000)}{}]}`],
  ['objects in objects', () => '{"a":'.repeat(DEEP) + '1' + '}'.repeat(DEEP)],
  ['a key that is a deep list', () => object('"b"', '['.repeat(DEEP) + ']'.repeat(DEEP))],
  ['__proto__', () => '{"__proto__":{"Records":[{"s3":{}}],"polluted":true}}'],
  ['constructor.prototype', () => '{"constructor":{"prototype":{"polluted":true}}}'],
  ['__proto__ for a record', () => '{"Records":[{"__proto__":{"s3":{"bucket":{"name":"b"}}}}]}'],
  ['a key of 2 kB', () => object('"b"', `"${'k'.repeat(2_048)}"`)],
  ['a key that is not a string', () => object('"b"', '{"toString":"x"}')],
  ['an empty key', () => object('"b"', '""')],
  [
    'five envelopes',
    () => Array.from({ length: 5 }).reduce<string>((body) => snsMessage(body), '{"Records":[]}'),
  ],
  ['another bucket', () => notification({ bucket: 'another-account', key: 'uploads/a.jpg' })],
  ['the processed bucket', () => notification({ bucket: client.stack.processedBucket, key: 'a' })],
  ['a bucket like a path', () => notification({ bucket: '../../secrets', key: 'uploads/a.jpg' })],
];

test('explains each of them in the dead-letter queue in a short message', async () => {
  for (const [, body] of BODIES) await client.send(body());
  await client.untilIdle();
  const deadLetters = await new DeadLetters(client).all();
  expect(deadLetters).toHaveLength(BODIES.length);
  for (const { attributes } of deadLetters) {
    expect(attributes['errorCode']).toBe('INVALID_MESSAGE');
    expect(attributes['errorMessage']?.length).toBeLessThan(1_000);
  }
});

test('the function processes the next upload', async () => {
  const manifest = await client.uploadAndWait('uploads/after-all-that.jpg', await picture());
  expect(manifest.status).toBe('done');
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
});
