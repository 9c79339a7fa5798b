import fc from 'fast-check';
import { expect, test } from 'vitest';
import { otherPictures } from './jpeg-segments.ts';

const SEED = Number(process.env['DARKROOM_SEED'] ?? 1);
const PICTURE = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

/** Two pictures and the index of both. */
function twoPictures({ isLittle = false, offset = 0, size = PICTURE.length } = {}): Buffer {
  const index = Buffer.alloc(4 + 8 + 2 + 12 + 4 + 32);
  index.write('MPF\0', 'latin1');
  index.write(isLittle ? 'II*\0' : 'MM\0*', 4, 'latin1');
  const tiff = index.subarray(4);
  const uint16 = (value: number, at: number) =>
    isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
  const uint32 = (value: number, at: number) =>
    isLittle ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at);
  uint32(8, 4);
  uint16(1, 8);
  uint16(0xb002, 10);
  uint16(7, 12);
  uint32(32, 14);
  uint32(26, 18);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xff, 0xff, 0xe2, 0, index.length + 2]);
  const rest = Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
  uint32(size, 26 + 16 + 4);
  uint32(offset || index.length - 4 + rest.length, 26 + 16 + 8);
  return Buffer.concat([head, index, rest, PICTURE]);
}

test.each([{ isLittle: false }, { isLittle: true }])('the second picture: %j', (options) => {
  expect(otherPictures(twoPictures(options))).toEqual([PICTURE]);
});

test.each([{ offset: 0xffffffff }, { offset: 3 }, { size: 0 }])('none: %j', (options) => {
  expect(otherPictures(twoPictures(options))).toEqual([]);
});

test('damage ends without an error', () => {
  const damaged = fc.tuple(fc.nat(90), fc.nat(255), fc.nat(100)).map(([at, value, cut]) => {
    const file = twoPictures();
    file[at % file.length] = value;
    return file.subarray(0, Math.max(file.length - cut, 0));
  });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array()), (file) => {
      for (const picture of otherPictures(file)) expect(picture[0]).toBe(0xff);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});
