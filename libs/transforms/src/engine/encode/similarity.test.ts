import { expect, test } from 'vitest';
import { paintScene } from '../../testing/scene.ts';
import { similarity, mosaicOf, type OpaquePixels } from './similarity.ts';

/** A picture whose pixels encode their coordinates. */
function chart(width: number, height: number): OpaquePixels {
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(
        [Math.floor(x / 16), Math.floor(y / 16), (x % 16) * 16 + (y % 16)],
        (y * width + x) * 4,
      );
    }
  }
  return { data, width, height };
}

test.each([
  [2000, 1500, 512, 512],
  [4000, 300, 1024, 256],
  [300, 4000, 256, 1024],
  [5000, 130, 2048, 128],
  [130, 5000, 128, 2048],
])('of %i×%i pixels is %i×%i: 16 tiles that begin where a block does', (width, height, x, y) => {
  const mosaic = mosaicOf(chart(width, height));
  expect(mosaic).toMatchObject({ width: x, height: y });
  const places = new Set<string>();
  for (let row = 0; row < y; row += 128) {
    for (let column = 0; column < x; column += 128) {
      const at = (row * x + column) * 4;
      expect(mosaic.data[at + 2]).toBe(0);
      places.add(`${mosaic.data[at]} ${mosaic.data[at + 1]}`);
      const last = at + (127 * x + 127) * 4;
      expect(mosaic.data[last]).toBe((mosaic.data[at] ?? 0) + 7);
      expect(mosaic.data[last + 1]).toBe((mosaic.data[at + 1] ?? 0) + 7);
    }
  }
  expect(places.size).toBe(16);
});

test.each([
  [700, 700],
  [9000, 100],
])('a picture of %i×%i pixels is its own', (width, height) => {
  const picture = chart(width, height);
  expect(mosaicOf(picture)).toBe(picture);
});

test('likeness is 1 for equals, and falls with the noise', () => {
  const { data, width, height } = paintScene(300, 400);
  const one: OpaquePixels = { data: Buffer.alloc(width * height * 4, 255), width, height };
  for (let i = 0; i < width * height; i++) one.data.set(data.subarray(i * 3, i * 3 + 3), i * 4);
  const noisy = (amount: number): OpaquePixels => ({
    ...one,
    data: one.data.map((value, i) => value ^ ((i * 7919) % (amount + 1))) as Buffer,
  });
  expect(similarity(one, one)).toBe(1);
  expect(similarity(one, noisy(7))).toBeLessThan(1);
  expect(similarity(one, noisy(31))).toBeLessThan(similarity(one, noisy(7)));
});
