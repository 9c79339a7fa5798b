import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outputMetadata } from './metadata.ts';

test('an object tells where it comes from', () => {
  expect(outputMetadata('uploads/süße Katze+1.jpg', 'photos', '0123456789abcdef')).toEqual({
    'source-key': 'uploads/s%C3%BC%C3%9Fe%20Katze%2B1.jpg',
    recipe: 'photos',
    'recipe-hash': '0123456789abcdef',
  });
});

test('a key that is too long for a header stands as its hash', () => {
  const metadata = outputMetadata('猫'.repeat(341), 'photos', '0123456789abcdef');
  expect(metadata).not.toHaveProperty('source-key');
  expect(metadata['source-key-sha256']).toMatch(/^[0-9a-f]{64}$/);
});

test('it fits into S3’s 2 KB of ASCII, whatever the key is', () => {
  const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 1024 });
  fc.assert(
    fc.property(key, (given) => {
      const entries = Object.entries(outputMetadata(given, 'r'.repeat(64), '0123456789abcdef'));
      expect(entries.flat().join('')).toMatch(/^[\x20-\x7e]*$/);
      expect(entries.flat().join('').length).toBeLessThanOrEqual(2048);
    }),
  );
});
