import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderOne } from '../../testing/render.ts';
import { animatedSample, sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({ width: 160, height: 120, format: 'png' });
const encode = async (options: object, source = photo) =>
  Buffer.from((await renderOne(engine, catalog, source, [{ encode: options }])).bytes);

describe.each([
  { format: 'jpeg' },
  { format: 'webp' },
  { format: 'avif' },
  { format: 'png', palette: true },
  { format: 'tiff', compression: 'jpeg' },
])('$format', (options) => {
  test('is the best quality that fits', async () => {
    const maxBytes = (await encode({ ...options, quality: 30 })).length;
    const found = await encode({ ...options, maxBytes });
    expect(found.length).toBeLessThanOrEqual(maxBytes);
    // Sizes need not grow with every step of the quality.
    expect(found.length).toBeGreaterThan(0.9 * maxBytes);
  });

  test('has its own quality where that fits', async () => {
    const file = await encode(options);
    expect(await encode({ ...options, maxBytes: file.length })).toEqual(file);
    expect((await encode({ ...options, maxBytes: file.length - 1 })).length).toBeLessThan(
      file.length,
    );
  });

  test('comes to the lowest quality where nothing else fits', async () => {
    const least = await encode({ ...options, quality: 1 });
    expect(await encode({ ...options, maxBytes: least.length })).toEqual(least);
  });
});

test('`quality` is the highest that is tried', async () => {
  const maxBytes = 1_000_000;
  expect(await encode({ format: 'jpeg', quality: 90, maxBytes })).toEqual(
    await encode({ format: 'jpeg', quality: 90 }),
  );
});

test('where even quality 1 does not fit, the message says where and how much', async () => {
  const steps = [{ resize: { width: 100 } }, { encode: { format: 'jpeg', maxBytes: 200 } }];
  const least = await renderOne(engine, catalog, photo, [
    { resize: { width: 100 } },
    { encode: { format: 'jpeg', quality: 1 } },
  ]);
  await expect(renderOne(engine, catalog, photo, steps)).rejects.toMatchObject({
    code: 'NOT_APPLICABLE',
    message: `recipe photos, variant one, step 1 (encode): jpeg takes ${least.bytes.length} bytes even at quality 1, and maxBytes is 200`,
  });
  const exceeding = [
    { resize: { width: 100 } },
    { encode: { format: 'jpeg', maxBytes: 200, otherwise: 'exceed' } },
  ];
  expect((await renderOne(engine, catalog, photo, exceeding)).bytes).toEqual(least.bytes);
});

test('the same every time', async () => {
  const options = { format: 'webp', maxBytes: 3_000 };
  expect(await encode(options)).toEqual(await encode(options));
});

test('an animation that has to fit keeps its frames and their times', async () => {
  const source = await animatedSample('gif', { frames: 4, delay: 80 });
  const whole = await encode({ format: 'webp' }, source);
  const file = await encode({ format: 'webp', maxBytes: Math.round(whole.length * 0.7) }, source);
  expect(file.length).toBeLessThan(0.7 * whole.length + 1);
  expect(await sharp(file).metadata()).toMatchObject({
    pages: 4,
    delay: [80, 80, 80, 80],
  });
});

test('keeps the metadata when the file has to fit', async () => {
  const source = await sample({
    width: 320,
    height: 240,
    orientation: 6,
    exif: { IFD0: { Copyright: 'Ada' } },
  });
  const output = await renderOne(engine, catalog, source, [
    { metadata: { keep: ['copyright'] } },
    { encode: { format: 'jpeg', maxBytes: 6_000 } },
  ]);
  const header = await sharp(output.bytes).metadata();
  expect(header.orientation).toBe(6);
  expect(header.exif?.toString('latin1')).toContain('Ada');
});

test.each([
  [{ format: 'png', maxBytes: 9 }, 'add palette: true'],
  [{ format: 'tiff', maxBytes: 9 }, 'add compression: jpeg'],
  [{ format: 'webp', lossless: true, maxBytes: 9 }, 'a lossless file keeps every pixel'],
  [{ format: 'avif', lossless: true, maxBytes: 9 }, 'a lossless file keeps every pixel'],
  [{ format: 'gif', maxBytes: 9 }, 'unknown option "maxBytes"'],
  [{ format: 'source', maxBytes: 9 }, 'unknown option "maxBytes"'],
  [{ format: 'jpeg', maxBytes: 0 }, '>=1'],
])('rejects maxBytes without a quality to lower: %j', (encode, message) => {
  const { success, error } = catalog.stepsSchema.safeParse([{ encode }]);
  expect(success).toBe(false);
  expect(error?.issues[0]?.path).toEqual([0, 'encode', 'maxBytes']);
  expect(error?.issues[0]?.message).toContain(message);
});
