import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareUtf8 } from './utf8-order.ts';

test('the order is that of the UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareUtf8(left, right))).toBe(bytes);
    }),
  );
});

test('an emoji comes after every character of the basic plane', () => {
  expect(['😀', '\uffee', 'a', 'é'].sort(compareUtf8)).toEqual(['a', 'é', '\uffee', '😀']);
});
