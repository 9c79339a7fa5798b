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
