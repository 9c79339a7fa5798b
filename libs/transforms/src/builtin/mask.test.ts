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
