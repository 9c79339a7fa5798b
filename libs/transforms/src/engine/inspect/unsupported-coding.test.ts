import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import type { JpegStructure } from '../../cost/jpeg.ts';
import type { TiffStructure } from '../../cost/tiff.ts';
import { renderOne } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { tiffFile, type TiffOptions } from '../../testing/tiff-file.ts';
import { createEngine } from '../create-engine.ts';
import { failOnOf, unsupportedCoding, unsupportedMessage } from './unsupported-coding.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

function tiff(options: Partial<TiffOptions> = {}): Buffer {
  const size = { width: 40, height: 30, samples: 3 };
  return tiffFile({ ...size, ...options }, (x, y, sample) => 5 * x + y + 20 * sample);
}

function render(source: Buffer): Promise<unknown> {
  return renderOne(engine, catalog, source, ['rotate', { encode: 'png' }]);
}

describe('a TIFF of a coding that libtiff lacks is unsupported, not damaged, and its coding is named', () => {
  test.each<[string, Partial<TiffOptions>]>([
    ['old-style JPEG compression', { tags: { 259: 6 } }],
    ['old-style JPEG compression', { tags: { 259: 6 }, tile: 16 }],
    ['LZMA compression', { tags: { 259: 34_925 } }],
    ['LZMA compression', { tags: { 259: 34_925 }, tile: 16, bigEndian: true }],
    ['Zstandard compression', { tags: { 259: 50_000 }, bigTiff: true }],
    ['LERC compression', { tags: { 259: 34_887 }, tile: 16 }],
    ['JPEG 2000 compression', { tags: { 259: 34_712 } }],
    ['JPEG XL compression', { tags: { 259: 50_002 } }],
    ['PNG compression', { tags: { 259: 34_933 } }],
    ['SGI LogLuv compression', { tags: { 259: 34_676 } }],
    ['compression 1234', { tags: { 259: 1234 } }],
    ['ICC Lab colours', { photometric: 9 }],
    ['colours of kind 12', { photometric: 12 }],
    ['Lab colours of 8 bits', { photometric: 8 }],
    ['tiles of separate planes', { planar: true, tile: 16 }],
    ['samples of 12 bits', { tags: { 258: 12 } }],
    ['floating-point samples of 64 bits', { tags: { 258: 64, 339: 3 } }],
    ['complex samples', { tags: { 339: 6 } }],
    ['YCbCr colours without JPEG compression', { photometric: 6, tags: { 530: 1 } }],
    ['JPEG compression of 16 bits', { depth: 16, tags: { 259: 7 } }],
    ['premultiplied samples of 32 bits', { samples: 4, depth: 32, extra: [1] }],
    ['5 channels of this coding', { samples: 5, depth: 32, extra: [2, 0] }],
  ])('%s: %j', async (name, options) => {
    await expect(engine.inspect(tiff(options))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining(`tiff file with ${name}`),
    });
  });
});

test.each<[string, Partial<TiffOptions>]>([
  ['strips', {}],
  ['tiles', { tile: 16 }],
  ['deflated tiles', { tile: 16, deflate: true, predicted: true }],
  ['planes', { planar: true }],
  ['16 bits', { depth: 16, bigEndian: true }],
  ['BigTIFF', { bigTiff: true, tile: 32 }],
])('an ordinary TIFF of %s is decoded', async (_, options) => {
  await expect(render(tiff(options))).resolves.toMatchObject({ width: 40, height: 30 });
});

test.each(['none', 'lzw', 'deflate', 'packbits', 'jpeg', 'webp'] as const)(
  'a TIFF of the compression %s is decoded',
  async (compression) => {
    const scan = await sharp(tiff()).tiff({ compression }).toBuffer();
    await expect(render(scan)).resolves.toMatchObject({ width: 40, height: 30 });
  },
);

describe('a tile that cannot be decoded is never blank', () => {
  const tiled = () => tiff({ tile: 16, deflate: true });

  test('damaged', async () => {
    const source = tiled();
    source.fill(0xff, 20, 60);
    await expect(render(source)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });

  test('behind the end of the file', async () => {
    const source = tiled();
    const { length } = source;
    // The directory moves before the tiles that are cut off.
    const offsets = source.lastIndexOf(Buffer.from([0x44, 0x01, 3, 0]));
    const list = source.readUInt32LE(offsets + 8);
    source.writeUInt16LE(length - 4, list + 2);
    await expect(render(source)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

describe('the structure of a TIFF shows what the decoder lacks', () => {
  const rgb: TiffStructure = {
    ...{ format: 'tiff', bytes: 1000, width: 40, height: 30, depth: 8, samples: 3 },
    ...{ sampleFormat: 1, compression: 1, photometric: 2, fullChroma: false, planar: false },
    ...{ rowsPerStrip: 30, dataStart: 8, dataBytes: 900, fillOrder: 1 },
    ...{ pages: 1, directoryBytes: 100 },
  };
  const tile = { width: 16, height: 16 };
  const [SIGNED, FLOAT, COMPLEX] = [2, 3, 5] as const;
  const [GREY, CMYK, YCBCR, LAB] = [1, 5, 6, 8] as const;
  const [JPEG, WEBP] = [7, 50_001] as const;

  test.each<[coding: string | undefined, more: Partial<TiffStructure>]>([
    [undefined, {}],
    [undefined, { tile }],
    [undefined, { planar: true }],
    ['tiles of separate planes', { planar: true, tile }],
    ['LERC compression', { compression: 34_887 }],
    ['compression 12345', { compression: 12_345 }],
    ['LogLuv colours', { photometric: 32_845 }],
    ['colours of kind 77', { photometric: 77 }],
    ['signed samples of 16 bits', { sampleFormat: SIGNED, depth: 16 }],
    [undefined, { sampleFormat: SIGNED, depth: 16, photometric: LAB }],
    ['Lab colours of 8 bits', { photometric: LAB }],
    ['floating-point samples of 16 bits', { sampleFormat: FLOAT, depth: 16 }],
    [undefined, { sampleFormat: FLOAT, depth: 32 }],
    ['complex samples', { sampleFormat: COMPLEX, depth: 32 }],
    [undefined, { sampleFormat: 4 }],
    ['CMYK samples of 32 bits', { photometric: CMYK, depth: 32 }],
    [undefined, { photometric: CMYK, depth: 16 }],
    ['premultiplied samples of 32 bits', { depth: 32, isPremultiplied: true }],
    [undefined, { depth: 32, isPremultiplied: true, sampleFormat: FLOAT }],
    [undefined, { depth: 16, isPremultiplied: true }],
    [undefined, { depth: 32 }],
    ['samples of 12 bits', { depth: 12 }],
    ['samples of 4 bits', { depth: 4 }],
    [undefined, { depth: 1, samples: 1, photometric: GREY }],
    [undefined, { depth: 2, samples: 1, photometric: GREY }],
    [undefined, { depth: 4, samples: 1, photometric: GREY }],
    ['samples of 6 bits', { depth: 6, samples: 1, photometric: GREY }],
    ['JPEG compression of 16 bits', { compression: JPEG, depth: 16 }],
    [undefined, { compression: JPEG, photometric: YCBCR, fullChroma: true }],
    ['YCbCr colours without JPEG compression', { photometric: YCBCR, fullChroma: true }],
    ['YCbCr colours without JPEG compression', { photometric: YCBCR, planar: true }],
    [undefined, { photometric: YCBCR }],
    [undefined, { kept: [0, 1, 2], samples: 5 }],
    [undefined, { kept: [0, 1, 2], samples: 5, depth: 16 }],
    ['5 channels of this coding', { kept: [0, 1, 2], samples: 5, depth: 32 }],
    ['5 channels of this coding', { kept: [0, 1, 2], samples: 5, compression: JPEG }],
    ['5 channels of this coding', { kept: [0, 1, 2], samples: 5, compression: WEBP }],
    [undefined, { kept: [0, 1, 2], samples: 5, depth: 32, planar: true }],
  ])('%s: %j', (coding, more) => {
    expect(unsupportedCoding(Buffer.alloc(100), 'tiff', { ...rgb, ...more })).toBe(coding);
  });

  test('and which of them are decoded strictly', () => {
    const jpeg = (ended: boolean) => ({ format: 'jpeg', ended }) as JpegStructure;
    expect(failOnOf(rgb)).toBe('error');
    expect(failOnOf({ ...rgb, tile })).toBe('warning');
    expect(failOnOf(jpeg(true))).toBe('error');
    expect(failOnOf(jpeg(false))).toBe('warning');
    expect(failOnOf(undefined)).toBe('error');
  });

  test('other formats show nothing', () => {
    expect(unsupportedCoding(Buffer.alloc(100), 'tiff', undefined)).toBeUndefined();
    expect(unsupportedMessage('tiff', 'LERC compression')).toBe(
      'the upload is a valid tiff file with LERC compression, which cannot be processed; save it with another coding',
    );
  });
});

const FRAME = 0xc0;

/** Changes the frame marker of a JPEG, or a byte behind it: 4 is the depth, 9 the number of components. */
function jpegWith(photo: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(photo);
  const frame = copy.indexOf(Buffer.from([0xff, FRAME]));
  copy[frame + offset] = value;
  return copy;
}

describe('a JPEG of a coding that libjpeg lacks', async () => {
  const photo = await sample({ width: 40, height: 30 });

  test.each([
    ['samples of 12 bits', jpegWith(jpegWith(photo, 4, 12), 1, 0xc1)],
    ['samples of 16 bits', jpegWith(jpegWith(photo, 4, 16), 1, 0xc3)],
    ['hierarchical coding', jpegWith(photo, 1, 0xc5)],
    ['lossless arithmetic coding', jpegWith(photo, 1, 0xcb)],
    ['JPEG-LS coding', jpegWith(photo, 1, 0xf7)],
    ['5 channels', jpegWith(photo, 9, 5)],
    ['its height after the pixels', jpegWith(jpegWith(photo, 5, 0), 6, 0)],
  ])('is unsupported: %s', async (name, source) => {
    await expect(engine.inspect(source)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining(`jpeg file with ${name}`),
    });
  });

  const scan = await sharp(photo).tiff({ compression: 'jpeg' }).toBuffer();
  const tiles = await sharp(photo)
    .tiff({ compression: 'jpeg', tile: true, tileWidth: 16, tileHeight: 16 })
    .toBuffer();
  test.each([
    ['samples of 12 bits', jpegWith(scan, 4, 12)],
    [
      'hierarchical coding',
      Buffer.from(tiles.toString('latin1').replaceAll('\xff\xc0', '\xff\xce'), 'latin1'),
    ],
    ['its height after the pixels', jpegWith(jpegWith(scan, 5, 0), 6, 0)],
  ])('is unsupported inside a TIFF: %s', async (name, source) => {
    await expect(engine.inspect(source)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining(`tiff file with JPEG compression with ${name}`),
    });
  });

  test.each([scan, tiles])('an ordinary TIFF with JPEG compression is decoded', async (source) => {
    await expect(render(source)).resolves.toMatchObject({ width: 40, height: 30 });
  });

  test('an ordinary one is not', async () => {
    expect(unsupportedCoding(photo, 'jpeg', undefined)).toBeUndefined();
    const progressive = await sharp(photo).jpeg({ progressive: true }).toBuffer();
    expect(unsupportedCoding(progressive, 'jpeg', undefined)).toBeUndefined();
  });
});

test('uploads that fail at the same time keep their reasons', async () => {
  const damaged = tiff({ deflate: true });
  damaged.fill(0xff, 20, 60);
  const uploads = [damaged, tiff({ tags: { 258: 1 } }), tiff({ tags: { 259: 34_925 } })];
  const reason = (upload: Buffer) =>
    render(upload).then(
      () => 'none',
      ({ code }: { readonly code: string }) => code,
    );
  const alone: string[] = [];
  for (const upload of uploads) alone.push(await reason(upload));
  expect(alone).toEqual(['CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT', 'UNSUPPORTED_FORMAT']);
  const many = Array.from({ length: 40 }, () => uploads).flat();
  expect(await Promise.all(many.map(reason))).toEqual(
    many.map((_, index) => alone[index % uploads.length]),
  );
});
