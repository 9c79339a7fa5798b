import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failedMessageIds } from './batch-response.ts';

const ids = ['a', 'b', 'c'];

test.each([
  ['null', []],
  ['{}', []],
  ['{"batchItemFailures":null}', []],
  ['{"batchItemFailures":[]}', []],
  ['{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['b']],
  ['{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}', ['b']],
])('%s: failed are %o', (payload, failed) => {
  expect([...failedMessageIds(payload, ids)]).toEqual(failed);
});

test.each([
  '',
  'no JSON',
  '"text"',
  '[]',
  '{"batchItemFailures":"b"}',
  '{"batchItemFailures":["b"]}',
  '{"batchItemFailures":[{"messageId":"b"}]}',
  '{"batchItemFailures":[{"itemIdentifier":""}]}',
  '{"batchItemFailures":[{"itemIdentifier":null}]}',
  '{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"not-in-the-batch"}]}',
])('%s: all failed', (payload) => {
  expect([...failedMessageIds(payload, ids)]).toEqual(ids);
});

test('never names a message that is not in the batch, whatever the function answers', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (payload) => {
      for (const id of failedMessageIds(payload, ids)) expect(ids).toContain(id);
    }),
  );
});
