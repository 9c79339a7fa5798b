import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderOne } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const SIZE = { width: 200, height: 150 };
const drawn = await sample({ ...SIZE, format: 'png' });

const files: [string, Buffer][] = [
  ['baseline', await sharp(drawn).jpeg().toBuffer()],
  ['baseline of full chroma', await sharp(drawn).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['progressive', await sharp(drawn).jpeg({ progressive: true }).toBuffer()],
  ['progressive of mozjpeg', await sharp(drawn).jpeg({ mozjpeg: true }).toBuffer()],
  ['grey', await sharp(drawn).grayscale().jpeg().toBuffer()],
  ['CMYK', await sharp(drawn).toColourspace('cmyk').jpeg().toBuffer()],
];

async function pixels(source: Buffer): Promise<Buffer> {
  const steps = ['rotate', { resize: { width: 100 } }, { encode: 'png' }];
  const { bytes } = await renderOne(engine, catalog, source, steps);
  return sharp(bytes).raw().toBuffer();
}

describe.each(files)('a JPEG: %s', (_, whole) => {
  const data = whole.subarray(0, -2);

  test.each([
    ['without its end marker', data],
    ['with half of its end marker', whole.subarray(0, -1)],
    ['with fill bytes instead of its end marker', Buffer.concat([data, Buffer.alloc(4, 0xff)])],
  ])('%s has the same pixels as the whole file', async (_name, source) => {
    expect((await pixels(source)).equals(await pixels(whole))).toBe(true);
  });

  test.each([3, 8, 30, 200, 1500])('that lacks %d more bytes is corrupt', async (missing) => {
    const cut = data.subarray(0, -missing);
    await expect(pixels(cut)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

test('a progressive JPEG that ends between two scans is corrupt', async () => {
  const progressive = files[2]?.[1] ?? Buffer.alloc(0);
  for (const marker of [0xc4, 0xda]) {
    const cut = progressive.subarray(0, progressive.lastIndexOf(Buffer.from([0xff, marker])));
    await expect(pixels(cut)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  }
});

test('data after the end marker does not make a picture corrupt', async () => {
  const [, whole] = files[0] ?? ['', Buffer.alloc(0)];
  const longer = Buffer.concat([whole, Buffer.from('more')]);
  expect((await pixels(longer)).equals(await pixels(whole))).toBe(true);
});
