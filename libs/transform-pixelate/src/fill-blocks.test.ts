import type { RawPixels } from '@darkroom/transforms';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillBlocks } from './fill-blocks.ts';

function picture(width: number, height: number, data: readonly number[]): RawPixels {
  const channels = data.length === width * height * 4 ? 4 : 3;
  return { width, height, channels, data: Uint8Array.from(data) };
}

test('each block is one colour, the mean of what was there', () => {
  const grey = (value: number) => [value, value, value];
  const pixels = picture(3, 2, [0, 100, 10, 40, 60, 30].flatMap(grey));
  fillBlocks(pixels, { left: 0, top: 0, width: 3, height: 2 }, 2);
  expect([...pixels.data]).toEqual([50, 50, 20, 50, 50, 20].flatMap(grey));
});

test('colours under transparency do not shine through', () => {
  const pixels = picture(2, 1, [200, 100, 0, 255, 0, 0, 255, 0]);
  fillBlocks(pixels, { left: 0, top: 0, width: 2, height: 1 }, 2);
  expect([...pixels.data]).toEqual([200, 100, 0, 128, 200, 100, 0, 128]);
});

test('nothing outside the region changes, and inside every block is flat', () => {
  const side = fc.integer({ min: 1, max: 12 });
  const given = fc.record({
    width: side,
    height: side,
    channels: fc.constantFrom(3 as const, 4 as const),
    size: fc.integer({ min: 2, max: 15 }),
    bytes: fc.uint8Array({ minLength: 12 * 12 * 4, maxLength: 12 * 12 * 4 }),
    shares: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100)),
  });
  fc.assert(
    fc.property(given, ({ width, height, channels, size, bytes, shares }) => {
      const cut = (share: number, most: number) => Math.floor((share / 101) * most);
      const left = cut(shares[0], width);
      const top = cut(shares[1], height);
      const region = {
        left,
        top,
        width: 1 + cut(shares[2], width - left),
        height: 1 + cut(shares[3], height - top),
      };
      const before = bytes.slice(0, width * height * channels);
      const after = { width, height, channels, data: before.slice() };
      fillBlocks(after, region, size);
      const pixel = (data: Uint8Array, x: number, y: number) => {
        const at = (y * width + x) * channels;
        return data.slice(at, at + channels);
      };
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const inX = x >= left && x < left + region.width;
          const inY = y >= top && y < top + region.height;
          const blockX = left + Math.floor((x - left) / size) * size;
          const blockY = top + Math.floor((y - top) / size) * size;
          expect(pixel(after.data, x, y)).toEqual(
            inX && inY ? pixel(after.data, blockX, blockY) : pixel(before, x, y),
          );
        }
      }
    }),
    { numRuns: 200 },
  );
});
