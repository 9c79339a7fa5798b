import type { Message } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { Journal } from '../fault-proxy/journal.ts';
import { checkDeadLetters } from './check-dead-letters.ts';

const MAX_RECEIVE_COUNT = 5;
const journal = new Journal();
journal.deliveries.set('often', 5);
journal.deliveries.set('once', 1);

function deadLetter(body: string, attributes: Record<string, string>, id = 'once'): Message {
  const entries = Object.entries(attributes).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  );
  return { Body: body, MessageId: id, MessageAttributes: Object.fromEntries(entries) };
}

const check = (deadLetters: readonly Message[], invalid: readonly string[] = []) =>
  checkDeadLetters(deadLetters, new Set(invalid), journal, MAX_RECEIVE_COUNT);

test.each([
  [
    'an invalid message that was sent',
    deadLetter('?', { errorCode: 'INVALID_MESSAGE', errorMessage: 'm' }),
    0,
  ],
  [
    'an attempt that failed because of AWS',
    deadLetter('k', { errorCode: 'STORAGE_UNAVAILABLE', errorMessage: 'm' }),
    1,
  ],
  ['a message that the queue moved after all its deliveries', deadLetter('k', {}, 'often'), 1],
])('accepts %s', (_, one, redrivable) => {
  expect(check([one, deadLetter('?', { errorCode: 'INVALID_MESSAGE' })], ['?'])).toEqual({
    violations: [],
    redrivable: Array.from({ length: redrivable }, () => 'k'),
  });
});

test.each([
  ['a defect of the function', deadLetter('k', { errorCode: 'INTERNAL', errorMessage: 'm' })],
  ['an error without a reason', deadLetter('k', { errorCode: 'TIMEOUT' })],
  [
    'an invalid message that was not sent',
    deadLetter('k', { errorCode: 'INVALID_MESSAGE', errorMessage: 'm' }),
  ],
  ['a message that was moved too early', deadLetter('k', {})],
])('reports %s', (_, one) => {
  expect(check([one]).violations).toMatchObject([{ kind: 'dead letter unexplained', key: 'k' }]);
});

test('reports an invalid message that is missing in the dead-letter queue', () => {
  expect(check([], ['?']).violations).toMatchObject([{ kind: 'dead letter missing', key: '?' }]);
});
