import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderOne } from '../../testing/render.ts';
import { animatedSample, sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';
import { similarity, opaquePixels } from './similarity.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
// More pixels than two mosaics.
const photo = await sample({ width: 900, height: 700, format: 'png' });
const encode = async (options: object, source = photo) =>
  Buffer.from((await renderOne(engine, catalog, source, [{ encode: options }])).bytes);
const likenessOf = async (file: Buffer, source = photo) =>
  similarity(await opaquePixels(sharp(source)), await opaquePixels(sharp(file)));

/** The quality that a file was written with, by trying all around. */
async function qualityOf(file: Buffer, format: string): Promise<number> {
  for (let quality = 100; quality > 0; quality--) {
    const other = await encode({ format, quality });
    if (other.equals(file)) return quality;
  }
  throw new Error('no quality gives this file');
}

describe.each(['jpeg', 'webp', 'avif'])('%s', (format) => {
  test('looks as good as wanted, and not much better', async () => {
    const found = await likenessOf(await encode({ format, quality: { ssim: 0.95 } }));
    expect(found).toBeGreaterThanOrEqual(0.95);
    expect(found).toBeLessThan(0.96);
  });

  test('is larger where more is wanted', async () => {
    const [much, little] = [{ ssim: 0.97 }, { ssim: 0.9 }];
    expect((await encode({ format, quality: much })).length).toBeGreaterThan(
      (await encode({ format, quality: little })).length,
    );
  });
});

test('a lower quality would not be as good', async () => {
  const quality = await qualityOf(
    await encode({ format: 'jpeg', quality: { ssim: 0.95 } }),
    'jpeg',
  );
  expect(await likenessOf(await encode({ format: 'jpeg', quality: quality - 1 }))).toBeLessThan(
    0.95,
  );
});

test('the same every time', async () => {
  const options = { format: 'webp', quality: { ssim: 0.93 } };
  expect(await encode(options)).toEqual(await encode(options));
});

test('where no quality is as good, it is the best', async () => {
  const source = await sample({ width: 64, height: 48, format: 'png' });
  expect(await encode({ format: 'jpeg', quality: { ssim: 0.9999 } }, source)).toEqual(
    await encode({ format: 'jpeg', quality: 100 }, source),
  );
});

test('maxBytes has the last word', async () => {
  const good = await encode({ format: 'jpeg', quality: { ssim: 0.95 } });
  const maxBytes = Math.round(good.length * 0.8);
  const file = await encode({ format: 'jpeg', quality: { ssim: 0.95 }, maxBytes });
  expect(file.length).toBeLessThanOrEqual(maxBytes);
  expect(file.length).toBeGreaterThan(0.9 * maxBytes);
});

test('works with transparency', async () => {
  const source = await sample({ width: 300, height: 200, format: 'png', alpha: true });
  const file = await encode({ format: 'webp', quality: { ssim: 0.95 } }, source);
  expect(await likenessOf(file, source)).toBeGreaterThanOrEqual(0.95);
  expect((await sharp(file).metadata()).hasAlpha).toBe(true);
});

test('nor is an animation, whose equal frames the encoder may join', async () => {
  const source = await animatedSample('webp', { width: 96, height: 64, frames: 3 });
  const file = await encode({ format: 'webp', quality: { ssim: 0.9 } }, source);
  expect((await sharp(file).metadata()).pages).toBe(3);
  const frame = await sharp(source, { page: 0 }).png().toBuffer();
  const twice = await sharp([frame, frame, source], { join: { animated: true } })
    .webp({ lossless: true })
    .toBuffer();
  expect((await encode({ format: 'webp', quality: { ssim: 0.9 } }, twice)).length).toBeGreaterThan(
    0,
  );
});

test.each([
  [{ format: 'jpeg', quality: { ssim: 2 } }, ['quality']],
  [{ format: 'jpeg', quality: { ssim: 0.98, psnr: 3 } }, ['quality']],
  [{ format: 'jpeg', quality: 0 }, ['quality']],
  [{ format: 'png', palette: true, quality: { ssim: 0.98 } }, ['quality']],
  [{ format: 'webp', lossless: true, quality: { ssim: 0.98 } }, ['quality']],
  [{ format: 'gif', quality: { ssim: 0.98 } }, ['quality']],
])('is refused where it makes no sense: %j', (encode, path) => {
  const { error } = catalog.stepsSchema.safeParse([{ encode }]);
  expect(error?.issues[0]?.path.slice(0, 3)).toEqual([0, 'encode', ...path]);
});
