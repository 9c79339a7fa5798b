import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { animatedSample, sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const engine = createEngine({ catalog: createCatalog(builtinTransforms) });
const text = (value: string) => Buffer.from(value);

test('reads displayed size, camera and time from a photo’s header', async () => {
  const photo = await sample({
    width: 120,
    height: 80,
    orientation: 6,
    progressive: true,
    exif: {
      IFD0: { Make: 'Acme', Model: 'X1' },
      IFD2: { DateTimeOriginal: '2024:05:01 12:03:04' },
    },
  });
  expect(await engine.inspect(photo)).toEqual({
    format: 'jpeg',
    width: 120,
    height: 80,
    orientation: 6,
    pages: 1,
    bytes: photo.length,
    hasAlpha: false,
    progressive: true,
    takenAt: '2024-05-01T12:03:04',
    camera: 'Acme X1',
    // What libvips writes if it knows none.
    resolution: { x: 25.4, y: 25.4 },
    coding: { depth: 8, space: 'rgb', profile: 'none', chromaSubsampling: '4:2:0' },
    structure: expect.objectContaining({
      format: 'jpeg',
      width: 80,
      height: 120,
      held: true,
    }) as object,
  });
});

test('the name of a camera has an end', async () => {
  const exif = { IFD0: { Make: 'Acme', Model: 'X'.repeat(300) } };
  const photo = await sample({ width: 20, height: 10, exif });
  expect((await engine.inspect(photo)).camera).toBe(`Acme ${'X'.repeat(95)}`);
});

test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
  '%s is known by its bytes',
  async (format) => {
    expect(await engine.inspect(await sample({ width: 20, height: 10, format }))).toMatchObject({
      format,
      width: 20,
      height: 10,
    });
  },
);

test.each(['gif', 'webp'] as const)('counts the frames of an animated %s', async (format) => {
  const moving = await animatedSample(format, { width: 20, height: 10, frames: 4 });
  expect(await engine.inspect(moving)).toMatchObject({ width: 20, height: 10, pages: 4 });
});

const ftyp = (brand: string) =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), text(`ftyp${brand}`), Buffer.alloc(12)]);

describe('unsupported uploads', () => {
  test.each([
    ['text', text('just words\nand more'), /is text/],
    ['HTML', text('<!DOCTYPE html><title>x</title>'), /HTML page/],
    ['JSON', text('{"a": 1}'), /JSON/],
    ['SVG', text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG drawing/],
    ['PDF', text('%PDF-1.7\n'), /PDF document/],
    ['ZIP', Buffer.concat([text('PK\u0003\u0004'), Buffer.alloc(40)]), /ZIP/],
    ['PSD', Buffer.concat([text('8BPS'), Buffer.from([0, 1]), Buffer.alloc(40)]), /Photoshop/],
    ['HEIC', ftyp('heic'), /HEIC/],
    ['camera raw', ftyp('crx '), /camera raw file \(CR3\)/],
    ['BMP', Buffer.concat([text('BM'), Buffer.alloc(60)]), /BMP/],
    ['rubbish', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]), /of no known type/],
  ])('%s is UNSUPPORTED_FORMAT and named', async (_, bytes, message) => {
    await expect(engine.inspect(bytes)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringMatching(message),
    });
  });
});

test('zero bytes are CORRUPT_IMAGE', async () => {
  await expect(engine.inspect(new Uint8Array())).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
});

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
  'a %s that ends in its header is CORRUPT_IMAGE',
  async (format) => {
    const cut = (await sample({ width: 20, height: 10, format })).subarray(0, 24);
    await expect(engine.inspect(cut)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  },
);

test('an SVG is read where the engine lets it', async () => {
  const svgEngine = createEngine({ catalog: createCatalog(builtinTransforms), svg: true });
  const drawing = text('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>');
  expect(await svgEngine.inspect(drawing)).toMatchObject({ format: 'svg', width: 30, height: 20 });
});

test('loaders that no upload needs are blocked', async () => {
  createEngine({ catalog: createCatalog(builtinTransforms) });
  const drawing = text('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>');
  await expect(sharp(drawing).metadata()).rejects.toThrow(/unsupported image format|blocked/i);
});
