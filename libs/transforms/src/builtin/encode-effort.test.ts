import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { type Effort, EFFORTS, PICTURE_FORMATS } from '../image-engine.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({ width: 200, height: 150, format: 'png' });

async function bytes(encode: unknown, effort?: Effort, source = photo): Promise<Buffer> {
  const more = effort ? { effort } : {};
  const output = await renderOne(engine, catalog, source, [{ encode }], more);
  return Buffer.from(output.bytes);
}

test.each(PICTURE_FORMATS)('%s is balanced unless the recipe says otherwise', async (format) => {
  expect(await bytes(format)).toEqual(await bytes(format, 'balanced'));
});

test.each(PICTURE_FORMATS)('%s is smaller with more effort, or the same', async (format) => {
  // Below some 100 kilopixels, the scans of a progressive JPEG take more than they save.
  const source = format === 'jpeg' ? await sample({ width: 800, height: 600 }) : photo;
  const [fast, balanced, small] = await Promise.all(
    EFFORTS.map((effort) => bytes(format, effort, source)),
  );
  expect(balanced?.length).toBeLessThanOrEqual(fast?.length ?? 0);
  expect(small?.length).toBeLessThanOrEqual(balanced?.length ?? 0);
  expect(small?.length).toBeLessThan(fast?.length ?? 0);
});

describe('presets of an effort', () => {
  test.each<[Effort, object]>([
    ['fast', { format: 'jpeg', progressive: false }],
    ['balanced', { format: 'jpeg', progressive: true }],
    ['small', { format: 'jpeg', progressive: true, mozjpeg: true }],
    ['fast', { format: 'webp', effort: 2 }],
    ['balanced', { format: 'webp', effort: 4 }],
    ['small', { format: 'webp', effort: 6 }],
    ['fast', { format: 'avif', effort: 0 }],
    ['balanced', { format: 'avif', effort: 1 }],
    ['small', { format: 'avif', effort: 3 }],
    ['fast', { format: 'png', compressionLevel: 2 }],
    ['balanced', { format: 'png', compressionLevel: 6 }],
    ['small', { format: 'png', compressionLevel: 9, adaptiveFiltering: true }],
    ['fast', { format: 'tiff', compression: 'lzw' }],
    ['small', { format: 'tiff', compression: 'deflate' }],
  ])('%s: %j', async (effort, options) => {
    const { format } = options as { format: string };
    expect(await bytes(format, effort)).toEqual(await bytes(options, 'balanced'));
  });

  test('a file in the upload’s own format follows it too', async () => {
    expect(await bytes('source', 'small')).toEqual(await bytes('png', 'small'));
  });
});

test.each([
  { format: 'jpeg', progressive: true, mozjpeg: false },
  { format: 'webp', effort: 3 },
  { format: 'avif', effort: 1 },
  { format: 'gif', effort: 3 },
  { format: 'png', compressionLevel: 4, adaptiveFiltering: false },
  { format: 'tiff', compression: 'none' },
])('what the step says itself has the last word: %j', async (options) => {
  expect(await bytes(options, 'fast')).toEqual(await bytes(options, 'small'));
});

test('a baseline JPEG may be asked for with any effort', async () => {
  const header = await sharp(
    await bytes({ format: 'jpeg', progressive: false }, 'small'),
  ).metadata();
  expect(header.isProgressive).toBe(false);
});
