import sharp, { type Metadata } from 'sharp';
import { expect, test } from 'vitest';
import { createCatalog } from '../catalog.ts';
import { createEngine } from '../engine/index.ts';
import { animatedSample, difference, renderOne, sample } from '../testing/index.ts';
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
  [{ format: 'webp' }, { smartDeblock: true }],
  [{ format: 'webp' }, { preset: 'drawing' }],
  [{ format: 'avif' }, { tune: 'psnr' }],
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
