import fc from 'fast-check';
import { expect, test } from 'vitest';
import { otherPictures } from './jpeg-segments.ts';

const SEED = Number(process.env['DARKROOM_SEED'] ?? 1);
const PICTURE = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

/** Two pictures and the index of both, which may name the second one several times. */
function twoPictures({
  isLittle = false,
  offset = 0,
  size = PICTURE.length,
  picture = PICTURE,
  copies = 1,
} = {}): Buffer {
  const index = Buffer.alloc(4 + 8 + 2 + 12 + 4 + 16 + 16 * copies);
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
  uint32(16 + 16 * copies, 14);
  uint32(26, 18);
  const length = index.length + 2;
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xff, 0xff, 0xe2, length >> 8, length & 255]);
  const rest = Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
  for (let entry = 26 + 16; entry < 26 + 16 + 16 * copies; entry += 16) {
    uint32(size, entry + 4);
    uint32(offset || index.length - 4 + rest.length, entry + 8);
  }
  return Buffer.concat([head, index, rest, picture]);
}

test.each([{ isLittle: false }, { isLittle: true }])('the second picture: %j', (options) => {
  expect(otherPictures(twoPictures(options))).toEqual([PICTURE]);
});

test.each([{ offset: 0xffffffff }, { offset: 3 }, { size: 0 }])('none: %j', (options) => {
  expect(otherPictures(twoPictures(options))).toEqual([]);
});

test('none if they overlap, which would cost more than one look at each byte', () => {
  const picture = Buffer.concat([PICTURE, Buffer.alloc(1000)]);
  expect(otherPictures(twoPictures({ picture, size: picture.length }))).toHaveLength(1);
  expect(otherPictures(twoPictures({ picture, size: picture.length, copies: 15 }))).toEqual([]);
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
