import { describe, expect, test } from 'vitest';
import { freeKey, keyOf } from './naming.ts';

describe('the key of an upload', () => {
  test('is the prefix and the name, as it is', () => {
    expect(keyOf('uploads/', '50% café+1 🐈.jpg')).toBe('uploads/50% café+1 🐈.jpg');
  });
  test('keeps the folders of a dropped folder', () => {
    expect(keyOf('uploads/', 'holiday/day 1/a.jpg')).toBe('uploads/holiday/day 1/a.jpg');
  });
  test('holds what UTF-8 can hold', () => {
    expect(keyOf('uploads/', 'a\ud800.jpg')).toBe('uploads/a\ufffd.jpg');
  });
});

describe('a file whose name is taken', () => {
  test.each([
    ['uploads/cat.jpg', 'uploads/cat-2.jpg'],
    ['uploads/cat', 'uploads/cat-2'],
    ['uploads/.hidden', 'uploads/.hidden-2'],
    ['v1.0/cat', 'v1.0/cat-2'],
    ['uploads/cat.tar.gz', 'uploads/cat.tar-2.gz'],
  ])('%s becomes %s', (key, next) => {
    expect(freeKey(key, (taken) => taken === key)).toBe(next);
  });

  test('gets the first number that is free', () => {
    const taken = new Set(['a.jpg', 'a-2.jpg', 'a-3.jpg', 'a-5.jpg']);
    expect(freeKey('a.jpg', (key) => taken.has(key))).toBe('a-4.jpg');
  });

  test('keeps it where it is free', () => {
    expect(freeKey('a.jpg', () => false)).toBe('a.jpg');
  });
});
