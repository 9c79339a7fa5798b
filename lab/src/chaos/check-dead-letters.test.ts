import type { Message } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { Journal } from '../fault-proxy/journal.ts';
import { checkDeadLetters } from './check-dead-letters.ts';

const MAX_RECEIVE_COUNT = 5;
const journal = new Journal();
journal.deliveries.set('often', 5);
journal.deliveries.set('once', 1);

function letter(body: string, attributes: Record<string, string>, id = 'once'): Message {
  const entries = Object.entries(attributes).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  );
  return { Body: body, MessageId: id, MessageAttributes: Object.fromEntries(entries) };
}

const check = (letters: readonly Message[], rubbish: readonly string[] = []) =>
  checkDeadLetters(letters, new Set(rubbish), journal, MAX_RECEIVE_COUNT);

test.each([
  ['rubbish that was sent', letter('?', { errorCode: 'INVALID_MESSAGE', errorMessage: 'm' }), 0],
  ['AWS failed it', letter('k', { errorCode: 'STORAGE_UNAVAILABLE', errorMessage: 'm' }), 1],
  ['the queue gave it up, after all its deliveries', letter('k', {}, 'often'), 1],
])('explained: %s', (_, one, redrivable) => {
  expect(check([one, letter('?', { errorCode: 'INVALID_MESSAGE' })], ['?'])).toEqual({
    violations: [],
    redrivable: Array.from({ length: redrivable }, () => 'k'),
  });
});

test.each([
  ['a defect of ours', letter('k', { errorCode: 'INTERNAL', errorMessage: 'm' })],
  ['an error without a reason', letter('k', { errorCode: 'TIMEOUT' })],
  ['rubbish that nobody sent', letter('k', { errorCode: 'INVALID_MESSAGE', errorMessage: 'm' })],
  ['given up too early', letter('k', {})],
])('not explained: %s', (_, one) => {
  expect(check([one]).violations).toMatchObject([{ kind: 'dead letter unexplained', key: 'k' }]);
});

test('rubbish that is not in the dead-letter queue was lost', () => {
  expect(check([], ['?']).violations).toMatchObject([{ kind: 'dead letter missing', key: '?' }]);
});
