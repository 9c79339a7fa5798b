import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';
import { roundedAlpha } from './mask.ts';

const catalog = createCatalog(builtinTransforms);
const photo = await sample({ width: 60, height: 40, format: 'png' });

async function alphaOf(step: unknown) {
  const { bytes } = await renderOne(createEngine({ catalog }), catalog, photo, [step]);
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 60, height: 40, channels: 4 });
  return (x: number, y: number) => data[(y * 60 + x) * 4 + 3];
}

test('corners are rounded and the rest stays', async () => {
  const alpha = await alphaOf({ mask: { radius: 12 } });
  expect([alpha(0, 0), alpha(59, 0), alpha(0, 39), alpha(59, 39)]).toEqual([0, 0, 0, 0]);
  expect([alpha(12, 0), alpha(0, 12), alpha(30, 20), alpha(47, 39)]).toEqual([255, 255, 255, 255]);
});

test.each([
  ['30%', 12],
  [1000, 20],
])('a radius of %s of 60×40 pixels is one of %i', async (radius, pixels) => {
  const [one, other] = await Promise.all(
    [radius, pixels].map((each) => alphaOf({ mask: { radius: each } })),
  );
  for (const [x, y] of [[0, 0], [3, 3], [4, 3], [11, 0], [12, 0], [19, 1]] as const)
    expect(one?.(x, y), `${x},${y}`).toBe(other?.(x, y));
  expect(one?.(0, 0)).toBe(0);
}); // prettier-ignore

test('a circle fills the picture', async () => {
  const alpha = await alphaOf({ mask: 'circle' });
  expect([alpha(0, 0), alpha(6, 6), alpha(30, 20)]).toEqual([0, 0, 255]);
  expect(Math.min(alpha(30, 0) ?? 0, alpha(0, 20) ?? 0)).toBeGreaterThan(240);
});

test('the edge is soft and covers what a circle covers', () => {
  const size = { width: 201, height: 201 };
  const data = roundedAlpha(size, 100.5, 100.5);
  let sum = 0;
  for (let i = 3; i < data.length; i += 4) sum += data[i] ?? 0;
  expect(sum / 255 / (Math.PI * 100.5 ** 2)).toBeCloseTo(1, 3);
  expect(new Set(data.filter((_, i) => i % 4 === 3)).size).toBeGreaterThan(20);
});

test.each([
  [12, 9, 4, 4],
  [11, 8, 5.5, 4],
  [9, 14, 4.5, 3.5],
  [10, 10, 2.5, 5],
  [7, 5, 0, 0],
  [20, 6, 3, 3],
])('%i×%i pixels with radii of %d and %d cover what the shape covers', (width, height, rx, ry) => {
  const data = roundedAlpha({ width, height }, rx, ry);
  const isInside = (x: number, y: number) => {
    const [dx, dy] = [rx - Math.min(x, width - x), ry - Math.min(y, height - y)];
    return dx <= 0 || dy <= 0 || Math.hypot(dx / rx, dy / ry) <= 1;
  };
  const places = Array.from({ length: 16 }, (_, index) => (index + 0.5) / 16);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const inside = places.flatMap((dy) => places.filter((dx) => isInside(x + dx, y + dy)));
      const covered = (255 * inside.length) / places.length ** 2;
      const alpha = data[(y * width + x) * 4 + 3] ?? 0;
      // The soft edge is that of a straight line.
      expect(Math.abs(alpha - covered), `${x},${y}`).toBeLessThan(40);
      if (covered === 255) expect(alpha).toBeGreaterThan(240);
    }
  expect(data.subarray(0, 3)).toEqual(Buffer.from([255, 255, 255]));
  const rows = Array.from({ length: height }, (_, y) =>
    data.subarray(4 * width * y, 4 * width * (y + 1)).toString('hex'),
  );
  expect(rows).toEqual(rows.toReversed());
});
