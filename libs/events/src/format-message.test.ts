import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMessage } from './format-message.ts';
import { parseMessage } from './parse-message.ts';
import { arbitraryKey } from './testing/arbitrary-key.ts';

test('a message that we write asks for its key', () => {
  fc.assert(
    fc.property(arbitraryKey, (key) => {
      const change = { bucket: 'uploads', key };
      expect(parseMessage(formatMessage(change))).toEqual({ kind: 'changes', changes: [change] });
    }),
  );
});
