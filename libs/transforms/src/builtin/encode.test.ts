import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { PICTURE_FORMATS } from '../image-engine.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({ width: 200, height: 150 });
const render = (steps: unknown, source = photo) => renderOne(engine, catalog, source, steps);
const metadata = (output: { bytes: Uint8Array }) => sharp(output.bytes).metadata();

test.each(PICTURE_FORMATS)('writes %s', async (format) => {
  const output = await render([{ encode: format }]);
  expect(output).toMatchObject({ format, width: 200, height: 150 });
  const { format: written, mediaType } = await metadata(output);
  expect(mediaType ?? written).toBe(`image/${format}`);
});

test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
  'keeps the format of a %s when no step says another',
  async (format) => {
    const source = await sample({ width: 64, height: 48, format });
    expect((await render([], source)).format).toBe(format);
    expect((await render([{ encode: 'source' }], source)).format).toBe(format);
  },
);

describe('defaults', () => {
  test('a JPEG is progressive and 4:2:0', async () => {
    const header = await metadata(await render([{ encode: 'jpeg' }]));
    expect(header).toMatchObject({ isProgressive: true, chromaSubsampling: '4:2:0' });
  });

  test('a small AVIF gets quality 65, a larger one 60', async () => {
    const small = { format: 'avif', quality: 65 };
    const large = { format: 'avif', quality: 60 };
    const big = await sample({ width: 520, height: 300 });
    const bytes = async (encode: unknown, source = photo) =>
      Buffer.from((await render([{ encode }], source)).bytes);
    expect(await bytes('avif')).toEqual(await bytes(small));
    expect(await bytes('avif')).not.toEqual(await bytes(large));
    expect(await bytes('avif', big)).toEqual(await bytes(large, big));
  });
});

test.each([
  [{ format: 'jpeg', chromaSubsampling: '4:4:4' }, { chromaSubsampling: '4:4:4' }],
  [{ format: 'jpeg', progressive: false }, { isProgressive: false }],
  [
    { format: 'png', palette: true, colours: 16 },
    { isPalette: true, bitsPerSample: 4 },
  ],
  [{ format: 'png', progressive: true }, { isProgressive: true }],
  [{ format: 'tiff', compression: 'deflate' }, { format: 'tiff' }],
])('%j is what the file is', async (encode, header) => {
  expect(await metadata(await render([{ encode }]))).toMatchObject(header);
});

test.each([
  [{ format: 'jpeg', mozjpeg: true }, { format: 'jpeg' }],
  [
    { format: 'webp', effort: 6 },
    { format: 'webp', effort: 0 },
  ],
  [{ format: 'webp', quality: 40 }, { format: 'webp' }],
  [{ format: 'avif' }, { format: 'avif', chromaSubsampling: '4:4:4' }],
  [{ format: 'jpeg' }, { format: 'jpeg', quantisationTable: 0, progressive: false }],
])('%j is smaller than %j', async (small, large) => {
  const bytes = async (encode: unknown) => (await render([{ encode }])).bytes.length;
  expect(await bytes(small)).toBeLessThan(await bytes(large));
});

test('lossless WebP keeps every pixel', async () => {
  const source = await sample({ width: 64, height: 48, format: 'png' });
  const output = await render([{ encode: { format: 'webp', lossless: true } }], source);
  expect(await sharp(output.bytes).raw().toBuffer()).toEqual(await sharp(source).raw().toBuffer());
});
