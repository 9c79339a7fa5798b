import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMessage } from './message-formats.ts';
import { parseMessage } from './parse-message.ts';
import { arbitraryKey } from './testing/message-bodies.ts';

test('parseMessage reads a formatted message', () => {
  fc.assert(
    fc.property(arbitraryKey, (key) => {
      const change = { bucket: 'uploads', key };
      expect(parseMessage(formatMessage(change))).toEqual({ kind: 'changes', changes: [change] });
    }),
  );
});

test('a formatted message is the smallest notification of a created object', () => {
  expect(formatMessage({ bucket: 'uploads', key: 'a b.jpg' })).toBe(
    '{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put",' +
      '"s3":{"bucket":{"name":"uploads"},"object":{"key":"a+b.jpg"}}}]}',
  );
});
