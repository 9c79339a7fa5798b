import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAddressable, listUrl, objectUrl } from './object-url.ts';

const endpoint = 'http://127.0.0.1:4566';

test.each([
  ['uploads/cat.jpg', 'uploads/cat.jpg'],
  ['uploads/my cat.jpg', 'uploads/my%20cat.jpg'],
  ['uploads/50%+1&2=3?#.jpg', 'uploads/50%25%2B1%262%3D3%3F%23.jpg'],
  ['uploads/%2e%2e/a.jpg', 'uploads/%252e%252e/a.jpg'],
  ['uploads/котик 🐈.jpg', 'uploads/%D0%BA%D0%BE%D1%82%D0%B8%D0%BA%20%F0%9F%90%88.jpg'],
  ['uploads//a.jpg', 'uploads//a.jpg'],
  ['a"b\\c.jpg', 'a%22b%5Cc.jpg'],
])('%s stands at %s', (key, path) => {
  expect(objectUrl(endpoint, 'bucket', key)).toBe(`${endpoint}/bucket/${path}`);
});

test('every addressable key arrives as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }).filter(isAddressable), (key) => {
      const { pathname } = new URL(objectUrl(endpoint, 'bucket', key));
      expect(decodeURIComponent(pathname)).toBe(`/bucket/${key}`);
    }),
  );
});

test('a lone surrogate, which no UTF-8 holds, is replaced and breaks nothing', () => {
  expect(objectUrl(endpoint, 'bucket', 'a\ud800.jpg')).toBe(`${endpoint}/bucket/a%EF%BF%BD.jpg`);
});

test.each(['..', '.', 'uploads/../a.jpg', 'uploads/.'])('%s cannot be addressed', (key) => {
  expect(isAddressable(key)).toBe(false);
});

test('a continuation token is opaque', () => {
  const url = new URL(listUrl(endpoint, 'bucket', 'a+b/c=='));
  expect(url.searchParams.get('continuation-token')).toBe('a+b/c==');
  expect(url.searchParams.get('list-type')).toBe('2');
});
