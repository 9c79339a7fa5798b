import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeKey, encodeKey } from './object-change.ts';
import { arbitraryKey } from './testing/message-bodies.ts';

const pairs = [
  ['red flower.jpg', 'red+flower.jpg'],
  ['uploads/2024/cat.jpg', 'uploads/2024/cat.jpg'],
  ['a+b.jpg', 'a%2Bb.jpg'],
  ['100%.jpg', '100%25.jpg'],
  ['%41.jpg', '%2541.jpg'],
  ['a&b=c?d#e;f:g@h$i,j.jpg', 'a%26b%3Dc%3Fd%23e%3Bf%3Ag%40h%24i%2Cj.jpg'],
  [`it's "(1)"!~.jpg`, 'it%27s+%22%281%29%22%21%7E.jpg'],
  ['a-b_c.d*e', 'a-b_c.d*e'],
  ['日本語.jpg', '%E6%97%A5%E6%9C%AC%E8%AA%9E.jpg'],
  ['🐈.png', '%F0%9F%90%88.png'],
  ['e\u0301.jpg', 'e%CC%81.jpg'],
  ['x/', 'x/'],
] as const;

describe('a key in a notification', () => {
  test.each(pairs)('encodes %s as %s', (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded);
    expect(decodeKey(encoded)).toBe(key);
  });

  test('decodes characters that need no encoding', () => {
    expect(decodeKey('a%2fb%20c%7e~.jpg')).toBe('a/b c~~.jpg');
    expect(decodeKey('日本語.jpg')).toBe('日本語.jpg');
  });

  test.each(['%', '100%.jpg', '%4', '%zz', '%FF', '%C3%28', '%ED%A0%80', '%C0%AF'])(
    'rejects %s: not URL-encoded UTF-8',
    (encoded) => {
      expect(() => decodeKey(encoded)).toThrow(
        expect.objectContaining({ code: 'INVALID_MESSAGE', cause: expect.any(URIError) }),
      );
    },
  );

  test('rejects a lone surrogate', () => {
    expect(() => encodeKey('\ud800')).toThrow(URIError);
  });
});

test('round-trips any Unicode key, encoded as a form encoder does', () => {
  fc.assert(
    fc.property(arbitraryKey, (key) => {
      const encoded = encodeKey(key);
      expect(decodeKey(encoded)).toBe(key);
      expect(encoded).toMatch(/^[A-Za-z0-9.*_/+%-]+$/);
      // The web platform's encoder differs only in the slash.
      expect(encoded.replaceAll('/', '%2F')).toBe(new URLSearchParams({ key }).toString().slice(4));
    }),
  );
});
