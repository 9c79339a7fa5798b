import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeKey, encodeKey, compareUtf8 } from './keys.ts';

test('a key is written as S3 writes it in an event', () => {
  expect(encodeKey('uploads/red flower.jpg')).toBe('uploads/red+flower.jpg');
  expect(encodeKey('a+b=c&d%(é).jpg')).toBe('a%2Bb%3Dc%26d%25%28%C3%A9%29.jpg');
  expect(encodeKey("~!'*-_.")).toBe('%7E%21%27*-_.');
});

test('every key survives', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (key) => decodeKey(encodeKey(key)) === key));
});

test('does not decode keys with unencoded characters or invalid UTF-8', () => {
  for (const text of ['my uploads', 'a=b', 'é', '100%', '%C3', '%zz']) {
    expect(decodeKey(text)).toBeUndefined();
  }
});

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
