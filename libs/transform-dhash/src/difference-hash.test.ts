import { expect, test } from 'vitest';
import { differenceHash, HASH_HEIGHT, HASH_WIDTH } from './difference-hash.ts';

/** Grey pixels by their place. */
function grey(at: (x: number, y: number) => number): Uint8Array {
  return Uint8Array.from({ length: HASH_WIDTH * HASH_HEIGHT }, (_, index) =>
    at(index % HASH_WIDTH, Math.floor(index / HASH_WIDTH)),
  );
}

test.each([
  ['flat', () => 128, '0000000000000000'],
  ['lighter to the right', (x: number) => x * 20, 'ffffffffffffffff'],
  ['darker to the right', (x: number) => 255 - x * 20, '0000000000000000'],
  ['stripes', (x: number) => (x % 2) * 255, 'aaaaaaaaaaaaaaaa'],
  ['only the first row', (x: number, y: number) => (y === 0 ? x : 0), 'ff00000000000000'],
  [
    'only the last pixel',
    (x: number, y: number) => (x === 8 && y === 7 ? 1 : 0),
    '0000000000000001',
  ],
])('%s', (_, at, hash) => {
  expect(differenceHash(grey(at))).toBe(hash);
});
