import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { iccChunk, patchJpeg, patchPng } from '../../testing/colour-files.ts';
import { animatedSample, sample } from '../../testing/samples.ts';
import { matrixOf, SRGB_PRIMARIES } from '../colour/colour-math.ts';
import { writeProfile } from '../colour/icc-profile.ts';
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

describe('the coding of a file', () => {
  const coding = async (file: Uint8Array) => (await engine.inspect(file)).coding;
  const profileOf = (options: { grey?: boolean; tables?: boolean }) => {
    const profile = writeProfile({
      ...{ name: 'gamma 1.8', curve: (value) => value ** 1.8 },
      ...(!options.grey && { matrix: matrixOf(SRGB_PRIMARIES) }),
    });
    if (options.tables) profile.write('A2B0', profile.indexOf('cprt'), 'latin1');
    return profile;
  };

  test.each([
    ['RGB', { bits: 8, grey: false }, { depth: 8, space: 'rgb' }],
    ['RGB of 16 bits', { bits: 16, grey: false }, { depth: 16, space: 'rgb' }],
    ['grey', { bits: 8, grey: true }, { depth: 8, space: 'grey' }],
  ] as const)('is %s, with or without a profile', async (_, layout, found) => {
    expect(await coding(patchPng({}, layout))).toEqual({ ...found, profile: 'none' });
    const { grey } = layout;
    const plain = { iCCP: iccChunk(profileOf({ grey })) };
    expect(await coding(patchPng(plain, layout))).toEqual({ ...found, profile: 'other' });
    const tables = { iCCP: iccChunk(profileOf({ grey, tables: true })) };
    expect(await coding(patchPng(tables, layout))).toEqual({
      ...{ ...found, profile: 'other', profileTables: true },
    });
    // Damaged.
    expect(await coding(patchPng({ iCCP: iccChunk(Buffer.alloc(200)) }, layout))).toEqual({
      ...{ ...found, profile: 'none' },
    });
  });

  test('is grey of 16 bits, whose pixels are corrected by the curve of a profile', async () => {
    const [layout, found] = [
      { bits: 16, grey: true },
      { depth: 16, space: 'grey' },
    ] as const;
    expect(await coding(patchPng({}, layout))).toEqual({ ...found, profile: 'none' });
    const plain = { iCCP: iccChunk(profileOf({ grey: true })) };
    expect(await coding(patchPng(plain, layout))).toEqual({
      ...{ ...found, profile: 'none', correctedFrom: 16 },
    });
  });

  test('of a JPEG says how its colours are reduced', async () => {
    const found = { depth: 8, space: 'rgb', profile: 'other', chromaSubsampling: '4:4:4' };
    expect(await coding(await patchJpeg(profileOf({})))).toEqual(found);
  });

  test('may be CMYK, whose profile has tables', async () => {
    const cmyk = sharp(patchPng({})).toColourspace('cmyk').jpeg();
    const found = { depth: 8, space: 'cmyk', chromaSubsampling: '4:4:4:4' };
    expect(await coding(await cmyk.toBuffer())).toMatchObject(found);
    expect(await coding(await cmyk.withIccProfile('cmyk').toBuffer())).toMatchObject({
      ...{ ...found, profile: 'other', profileTables: true },
    });
  });
});

test('a file without pages has one', async () => {
  const photo = await sample({ width: 20, height: 10 });
  await expect(engine.inspect(photo, 2)).rejects.toThrow('a jpeg has no page 2');
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
