import sharp, { type Metadata } from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { difference } from '../testing/compare.ts';
import { renderOne } from '../testing/render.ts';
import { animatedSample, sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({ width: 160, height: 120, format: 'png' });
const moving = await animatedSample('webp', { frames: 4 });
const encode = async (options: object, source = photo) =>
  Buffer.from((await renderOne(engine, catalog, source, [{ encode: options }])).bytes);

test.each<[object, Partial<Metadata>]>([
  [{ format: 'avif', bitdepth: 10 }, { bitsPerSample: 10 }],
  [{ format: 'avif', bitdepth: 12 }, { bitsPerSample: 12 }],
  [
    { format: 'gif', progressive: true },
    { format: 'gif', isProgressive: true },
  ],
  [{ format: 'tiff', xres: 11.811, yres: 11.811 }, { density: 300 }],
  [{ format: 'tiff', pyramid: true, tile: true, tileWidth: 64, tileHeight: 64 }, { pages: 3 }],
  [{ format: 'jpeg', mozjpeg: true, optimiseScans: true }, { isProgressive: true }],
])('%j is what the file is', async (options, header) => {
  expect(await sharp(await encode(options)).metadata()).toMatchObject(header);
});

test.each([
  [{ format: 'jpeg' }, { trellisQuantisation: true }],
  [{ format: 'jpeg', progressive: false }, { optimiseCoding: false }],
  [{ format: 'webp' }, { smartDeblock: true }],
  [{ format: 'webp' }, { nearLossless: true }],
  [{ format: 'webp' }, { preset: 'drawing' }],
  [{ format: 'avif' }, { tune: 'psnr' }],
  [{ format: 'tiff' }, { compression: 'packbits' }],
  [{ format: 'tiff' }, { predictor: 'none' }],
  [{ format: 'tiff' }, { tile: true }],
  [{ format: 'tiff' }, { bigtiff: true }],
  [{ format: 'tiff' }, { resolutionUnit: 'cm' }],
])('%j changes with %j, and still shows the picture', async (plain, more) => {
  const file = await encode({ ...plain, ...more });
  expect(file).not.toEqual(await encode(plain));
  expect((await difference(file, photo)).psnr).toBeGreaterThan(24);
});

test.each([
  { format: 'webp', minSize: true },
  { format: 'webp', mixed: true },
  { format: 'gif', keepDuplicateFrames: true, interPaletteMaxError: 20 },
])('an animation may be written with %j', async (options) => {
  expect((await sharp(await encode(options, moving)).metadata()).pages).toBe(4);
});

test('mozjpeg is its two parts', async () => {
  // Black on white, which is where deringing has something to do.
  const drawing = await sharp({
    create: { width: 64, height: 64, channels: 3, background: 'white' },
  })
    .composite([{ input: { create: { width: 20, height: 21, channels: 3, background: '#000' } } }])
    .png()
    .toBuffer();
  const jpeg = (options: object) => encode({ format: 'jpeg', ...options }, drawing);
  const whole = await jpeg({ mozjpeg: true });
  expect(await jpeg({ trellisQuantisation: true, overshootDeringing: true })).toEqual(whole);
  expect(await jpeg({ mozjpeg: true, trellisQuantisation: false })).not.toEqual(whole);
  expect(await jpeg({ mozjpeg: true, overshootDeringing: false })).not.toEqual(whole);
});

describe.each(['gif', 'webp'])('an animated %s', (format) => {
  test('plays as often and as fast as the step says', async () => {
    const file = await encode({ format, loop: 2, delay: 40 }, moving);
    expect(await sharp(file).metadata()).toMatchObject({ loop: 2, delay: [40, 40, 40, 40] });
  });

  test('… and as the upload does where it says nothing', async () => {
    expect(await sharp(await encode({ format }, moving)).metadata()).toMatchObject({
      loop: 0,
      delay: [100, 100, 100, 100],
    });
  });

  test('is what `loop` and `delay` are for: a still is the same without', async () => {
    expect(await encode({ format, loop: 2, delay: 40 })).toEqual(await encode({ format }));
  });
});

test.each([
  [{ format: 'png', quality: 30 }, 'quality'],
  [{ format: 'png', colours: 16 }, 'colours'],
  [{ format: 'png', dither: 0 }, 'dither'],
  [{ format: 'png', effort: 10 }, 'effort'],
  [{ format: 'tiff', quality: 30 }, 'quality'],
  [{ format: 'tiff', compression: 'lzw', quality: 30 }, 'quality'],
])('what would have no effect is refused: %j', (given, option) => {
  const { error } = catalog.stepsSchema.safeParse([{ encode: given }]);
  expect(error?.issues[0]?.path).toEqual([0, 'encode', option]);
  expect(error?.issues[0]?.message).toMatch(/add palette: true|add compression: jpeg/);
});

test('what a schema yields, it takes again', () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff']) {
    const [step] = catalog.stepsSchema.parse([{ encode: format }]);
    expect(catalog.stepsSchema.parse([{ encode: step?.options }])).toEqual([step]);
  }
});

test('colours under full transparency stay where they are exact', async () => {
  const clear = await sharp({
    create: { width: 32, height: 32, channels: 4, background: '#ff800000' },
  })
    .png()
    .toBuffer();
  const colour = async (exact: boolean) =>
    [
      ...(await sharp(await encode({ format: 'webp', lossless: true, exact }, clear))
        .raw()
        .toBuffer()),
    ].slice(0, 4);
  expect(await colour(true)).toEqual([255, 128, 0, 0]);
  expect(await colour(false)).toEqual([0, 0, 0, 0]);
});

test('zstd, which the libtiff of sharp’s build has not, is refused and not tried', () => {
  const { error } = catalog.stepsSchema.safeParse([
    { encode: { format: 'tiff', compression: 'zstd' } },
  ]);
  expect(error?.issues[0]?.path).toEqual([0, 'encode', 'compression']);
});
