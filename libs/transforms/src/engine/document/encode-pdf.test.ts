import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { PDFArray, type PDFDict, PDFDocument, PDFName, type PDFRawStream } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { scanStructure } from '../../cost/structure.ts';
import type { TiffStructure } from '../../cost/tiff.ts';
import { paintScene } from '../../testing/scene.ts';
import { renderAll } from '../../testing/render.ts';
import { createEngine } from '../create-engine.ts';
import { faxImage, jpegImage, pageLayout } from './document.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures');

/** A page as `encode: pdf` writes it. */
interface ReadPage {
  /** Points. */
  readonly size: readonly [number, number];
  /** The operators that draw it. */
  readonly content: string;
  readonly image: PDFDict;
  readonly data: Buffer;
}

async function readPages(file: Uint8Array): Promise<ReadPage[]> {
  const document = await PDFDocument.load(file, { updateMetadata: false });
  return document.getPages().map((page) => {
    const content = document.context.lookup(page.node.get(PDFName.of('Contents'))) as PDFRawStream;
    const objects = page.node.Resources()?.lookup(PDFName.of('XObject')) as PDFDict;
    const image = objects.lookup(PDFName.of('Im0')) as PDFRawStream;
    return {
      size: [page.getWidth(), page.getHeight()],
      content: content.getContentsString(),
      image: image.dict,
      data: Buffer.from(image.contents),
    };
  });
}

const entry = ({ image }: ReadPage, name: string) => image.get(PDFName.of(name))?.toString();
const parameter = ({ image }: ReadPage, name: string) =>
  (image.lookup(PDFName.of('DecodeParms')) as PDFDict).get(PDFName.of(name))?.toString();

async function written(source: Uint8Array, ...steps: readonly unknown[]) {
  const all = steps.length > 0 ? steps : [{ encode: 'pdf' }];
  const { outputs, facts } = await renderAll(engine, catalog, source, { scan: all });
  const output = outputs.get('scan');
  if (!output) throw new Error('no file');
  const [page] = await readPages(output.bytes);
  if (!page) throw new Error('no page');
  return { output, facts, page };
}

const [WIDTH, HEIGHT] = [96, 64];
const scene = () =>
  sharp(paintScene(WIDTH, HEIGHT).data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });

/** From the first scan on: what a decoder makes pixels of, with its tables. */
const scans = (jpeg: Buffer) => jpeg.subarray(jpeg.indexOf(Buffer.from([0xff, 0xda])));

const GPS = { IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' } };

describe('a JPEG that no step changes', () => {
  const KINDS: Readonly<Record<string, () => Promise<Buffer>>> = {
    baseline: () => scene().jpeg().toBuffer(),
    progressive: () => scene().jpeg({ progressive: true }).toBuffer(),
    'of full chroma': () => scene().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
    grey: () => scene().toColourspace('b-w').jpeg().toBuffer(),
    CMYK: () => scene().toColourspace('cmyk').jpeg().toBuffer(),
  };
  const SPACES: Readonly<Record<string, string>> = { grey: '/DeviceGray', CMYK: '/DeviceCMYK' };

  test.each(Object.keys(KINDS))('%s, keeps its compressed data', async (kind) => {
    const jpeg = await KINDS[kind]!();
    const { page, output } = await written(jpeg);
    expect(entry(page, 'Filter')).toBe('/DCTDecode');
    expect(scans(page.data).equals(scans(jpeg))).toBe(true);
    expect(entry(page, 'ColorSpace')).toContain(SPACES[kind] ?? '/DeviceRGB');
    expect(entry(page, 'Decode')).toBe(kind === 'CMYK' ? '[ 1 0 1 0 1 0 1 0 ]' : undefined);
    const pixels = (file: Buffer) => sharp(file, { ignoreIcc: true }).raw().toBuffer();
    if (kind !== 'CMYK') expect(await pixels(page.data)).toEqual(await pixels(jpeg));
    expect(output).toMatchObject({ format: 'pdf', width: WIDTH, height: HEIGHT, pages: 1 });
  });

  test('leaves its metadata, thumbnails and what follows it behind', async () => {
    const jpeg = await scene()
      .withExif(GPS)
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>')
      .jpeg()
      .toBuffer();
    const comment = Buffer.from('\xff\xfe\x00\x08secret', 'latin1');
    const source = Buffer.concat([
      ...[jpeg.subarray(0, 2), comment, jpeg.subarray(2)],
      Buffer.from('secret after the end'),
    ]);
    expect(source.includes('Exif') && source.includes('secret')).toBe(true);
    const { output } = await written(source, { encode: 'pdf' }, { metadata: ['exif', 'gps'] });
    const file = Buffer.from(output.bytes);
    for (const text of ['Exif', 'secret', 'xmpmeta']) expect(file.includes(text)).toBe(false);
  });

  test('keeps its profile', async () => {
    const jpeg = await scene().withIccProfile('p3').jpeg().toBuffer();
    const { icc } = await sharp(jpeg).metadata();
    const { page, output } = await written(jpeg);
    expect(scans(page.data).equals(scans(jpeg))).toBe(true);
    expect(page.data.includes('ICC_PROFILE')).toBe(false);
    const document = await PDFDocument.load(output.bytes);
    const space = page.image.lookup(PDFName.of('ColorSpace'), PDFArray);
    const profile = document.context.lookup(space.get(1)) as PDFRawStream;
    expect(inflateSync(profile.contents).equals(icc!)).toBe(true);
  });

  test.each([
    [1, '[96 64]', '96 0 0 64 0 0'],
    [2, '[96 64]', '-96 0 0 64 96 0'],
    [3, '[96 64]', '-96 0 0 -64 96 64'],
    [4, '[96 64]', '96 0 0 -64 0 64'],
    [5, '[64 96]', '0 -96 -64 0 64 96'],
    [6, '[64 96]', '0 -96 64 0 0 96'],
    [7, '[64 96]', '0 96 64 0 0 0'],
    [8, '[64 96]', '0 96 -64 0 64 0'],
  ])('is upright by its place on the page, orientation %i', async (orientation, size, numbers) => {
    const jpeg = await scene().withMetadata({ orientation, density: 72 }).jpeg().toBuffer();
    for (const steps of [[], ['rotate', { resize: { width: 500, withoutEnlargement: true } }]]) {
      const { page, output, facts } = await written(jpeg, ...steps, { encode: 'pdf' });
      expect(scans(page.data).equals(scans(jpeg))).toBe(true);
      expect(`[${page.size.join(' ')}]`).toBe(size);
      expect(page.content).toBe(`q ${numbers} cm /Im0 Do Q`);
      expect([output.width, output.height]).toEqual([facts.width, facts.height]);
    }
  });

  test.each([
    ['cut', (jpeg: Buffer) => jpeg.subarray(0, jpeg.length / 2)],
    ['damaged', (jpeg: Buffer) => Buffer.from(jpeg).fill(0xff, 20_000, 20_001)],
  ])('is rejected if it is %s', async (_, change) => {
    const jpeg = await sharp(paintScene(400, 300).data, {
      raw: { width: 400, height: 300, channels: 3 },
    })
      .jpeg({ quality: 95 })
      .toBuffer();
    await expect(written(change(jpeg))).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });

  test('is encoded anew if the steps change it', async () => {
    const jpeg = await scene().jpeg({ quality: 40 }).toBuffer();
    for (const step of ['blur', { resize: { width: 48 } }, { crop: { width: 90, height: 60 } }]) {
      const { page } = await written(jpeg, step, { encode: 'pdf' });
      expect(scans(page.data).equals(scans(jpeg))).toBe(false);
    }
  });
});

describe('JPEGs that a PDF cannot contain', () => {
  const changed = async (change: (frame: number, jpeg: Buffer) => void) => {
    const jpeg = await scene().jpeg().toBuffer();
    change(jpeg.indexOf(Buffer.from([0xff, 0xc0])), jpeg);
    return jpegImage(jpeg);
  };

  test.each([
    ['arithmetic coding', (frame: number, jpeg: Buffer) => (jpeg[frame + 1] = 0xc9)],
    ['12 bits', (frame: number, jpeg: Buffer) => (jpeg[frame + 4] = 12)],
    ['no height', (frame: number, jpeg: Buffer) => jpeg.fill(0, frame + 5, frame + 7)],
    ['2 components', (frame: number, jpeg: Buffer) => (jpeg[frame + 9] = 2)],
    ['no end', (_frame: number, jpeg: Buffer) => jpeg.fill(0, jpeg.length - 2)],
  ])('%s', async (_, change) => {
    expect(await changed(() => undefined)).toMatchObject({ components: 3, width: WIDTH });
    expect(await changed((frame, jpeg) => void change(frame, jpeg))).toBeUndefined();
  });

  test('RGB of which only the names of its components tell', async () => {
    const jpeg = await scene().jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    ['R', 'G', 'B'].forEach((name, index) => jpeg.write(name, frame + 10 + 3 * index));
    // Readers of PDF would take it for YCbCr, decoders of JPEG take it for RGB.
    expect(jpegImage(jpeg)).toBeUndefined();
    const jfif = Buffer.from('\xff\xe0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'latin1');
    const sure = Buffer.concat([jpeg.subarray(0, 2), jfif, jpeg.subarray(2)]);
    expect(jpegImage(sure)).toMatchObject({ components: 3 });
  });
});

describe('a scan in black and white', () => {
  const rows = (side: number) =>
    Buffer.from(
      Array.from({ length: side * side }, (_, at) =>
        Math.hypot((at % side) - 140, Math.floor(at / side) - 90) % 80 < 20 ? 0 : 255,
      ),
    );
  const SIDE = 301;
  const tiff = (options: object) =>
    sharp(rows(SIDE), { raw: { width: SIDE, height: SIDE, channels: 1 } })
      .toColourspace('b-w')
      .tiff({
        compression: 'ccittfax4',
        bitdepth: 1,
        xres: 204 / 25.4,
        yres: 98 / 25.4,
        ...options,
      })
      .toBuffer();
  const structureOf = (file: Buffer) => scanStructure(file, 'tiff').structure as TiffStructure;

  test.each([
    [true, 'false'],
    [false, 'true'],
  ])('keeps Group 4 in one strip as it is, miniswhite: %s', async (miniswhite, blackIs1) => {
    const file = await tiff({ miniswhite, tileHeight: 512 });
    const { dataStart, dataBytes } = structureOf(file);
    const { page, output } = await written(file);
    expect(page.data.equals(file.subarray(dataStart, dataStart + dataBytes))).toBe(true);
    expect(entry(page, 'Filter')).toBe('/CCITTFaxDecode');
    expect(parameter(page, 'BlackIs1')).toBe(blackIs1);
    expect(parameter(page, 'K')).toBe('-1');
    // Its pixels are not square, and stay so.
    expect([output.width, output.height]).toEqual([SIDE, SIDE]);
    expect(page.size).toEqual([
      expect.closeTo((SIDE / 204) * 72, 2),
      expect.closeTo((SIDE / 98) * 72, 2),
    ]);
  });

  test('whose bits are in the other order has them reversed', async () => {
    const file = await tiff({ tileHeight: 512 });
    const structure = structureOf(file);
    const straight = faxImage(file, structure)!.data;
    const reversed = faxImage(file, { ...structure, fillOrder: 2 })!.data;
    const bits = (byte = 0) => byte.toString(2).padStart(8, '0');
    expect(Buffer.from(reversed).equals(Buffer.from(straight))).toBe(false);
    expect([...reversed].map(bits)).toEqual(
      [...straight].map((byte) => [...bits(byte)].reverse().join('')),
    );
  });

  test('in several strips becomes one, without a loss', async () => {
    const file = await tiff({ miniswhite: true, tileHeight: 16 });
    const { page } = await written(file);
    expect(entry(page, 'BitsPerComponent')).toBe('1');
    expect(entry(page, 'Filter')).toBe('/CCITTFaxDecode');
    const { dataStart, dataBytes } = structureOf(await tiff({ miniswhite: true, tileHeight: 512 }));
    const whole = (await tiff({ miniswhite: true, tileHeight: 512 })).subarray(dataStart);
    expect(page.data.equals(whole.subarray(0, dataBytes))).toBe(true);
  });

  test('is packed if it is dithered: Group 4 would be larger than the pixels', async () => {
    const file = readFileSync(path.join(FIXTURES, 'pages/fax.tiff'));
    const { page } = await written(file);
    expect(entry(page, 'Filter')).toBe('/FlateDecode');
    const packed = inflateSync(page.data);
    const expected = await sharp(file).toColourspace('b-w').raw().toBuffer();
    const [width, height] = [104, 140];
    const pixels = Buffer.from(
      Array.from({ length: width * height }, (_, at) => {
        const byte = packed[Math.floor(at / width) * 13 + ((at % width) >> 3)] ?? 0;
        return (byte >> (7 - (at % 8))) & 1 ? 255 : 0;
      }),
    );
    expect(pixels.equals(expected)).toBe(true);
  });

  test('comes of binarise too, with the resolution of what it reduces', async () => {
    const grey = await scene()
      .greyscale()
      .tiff({ xres: 300 / 25.4, yres: 300 / 25.4 })
      .toBuffer();
    const { page } = await written(grey, { resize: { width: 48 } }, 'binarise', { encode: 'pdf' });
    expect(entry(page, 'BitsPerComponent')).toBe('1');
    expect(page.size[0]).toBeCloseTo((WIDTH / 300) * 72, 2);
  });
});

describe('other pages', () => {
  test('are JPEGs of the quality, grey ones in one channel', async () => {
    const png = await scene().png().toBuffer();
    const [small, large] = [
      await written(png, { encode: { format: 'pdf', quality: 30 } }),
      await written(png, { encode: { format: 'pdf', quality: 95 } }),
    ];
    expect(small.page.data.length).toBeLessThan(large.page.data.length);
    expect(entry(small.page, 'Filter')).toBe('/DCTDecode');
    const grey = await written(await scene().greyscale().png().toBuffer());
    expect(entry(grey.page, 'ColorSpace')).toBe('/DeviceGray');
    expect((await sharp(grey.page.data).metadata()).channels).toBe(1);
  });

  test('keep every pixel with `lossless`, and white where they were transparent', async () => {
    const opaque = await scene().png().toBuffer();
    const { page } = await written(opaque, { encode: { format: 'pdf', lossless: true } });
    expect(entry(page, 'Filter')).toBe('/FlateDecode');
    expect(parameter(page, 'Predictor')).toBe('15');
    expect(inflateSync(page.data)).toHaveLength(HEIGHT * (1 + 3 * WIDTH));
    const clear = await sharp({
      create: { width: 8, height: 8, channels: 4, background: '#ff000000' },
    })
      .png()
      .toBuffer();
    const white = await written(clear);
    expect(entry(white.page, 'BitsPerComponent')).toBe('1');
    const paper = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    expect(white.page.data.equals((await written(paper)).page.data)).toBe(true);
  });

  test('have the colours that the variant keeps', async () => {
    const wide = await scene().withIccProfile('p3').png().toBuffer();
    const { page } = await written(wide, { colourspace: 'keep' }, { encode: 'pdf' });
    expect(entry(page, 'ColorSpace')).toContain('/ICCBased');
    expect(entry((await written(wide)).page, 'ColorSpace')).toBe('/DeviceRGB');
  });
});

describe('the size of the paper', () => {
  test('follows the resolution of the upload, or `dpi`', async () => {
    const stated = await scene().withMetadata({ density: 96 }).jpeg().toBuffer();
    // sharp writes a resolution into a PNG.
    const unknown = await scene().webp({ lossless: true }).toBuffer();
    expect((await written(stated)).page.size).toEqual([72, 48]);
    expect((await written(unknown)).page.size).toEqual([46.08, 30.72]);
    const given = await written(unknown, { encode: { format: 'pdf', dpi: 72 } });
    expect(given.page.size).toEqual([96, 64]);
  });

  test('is one that readers support', () => {
    const size = (width: number, height: number, dpi: number) =>
      pageLayout({ width, height }, 1, { x: dpi, y: dpi }).size;
    expect(size(28_800, 14_400, 72)).toEqual([14_400, 7200]);
    expect(size(1, 10, 300)).toEqual([3, 30]);
    expect(size(1, 65_500, 1)).toEqual([0.2198, 14_400]);
  });
});

test('the same upload gives the same bytes, without a date', async () => {
  const png = await scene().png().toBuffer();
  const [one, other] = [await written(png), await written(png)];
  expect(Buffer.from(one.output.bytes).equals(Buffer.from(other.output.bytes))).toBe(true);
  expect(Buffer.from(one.output.bytes).toString('latin1')).not.toMatch(/Date|\/ID|\/Info/);
});

test('pages are joined in their order, with their data', async () => {
  const sizes = [40, 60, 50];
  const files = await Promise.all(
    sizes.map(async (width) =>
      written(await scene().resize(width, 30).withMetadata({ density: 72 }).jpeg().toBuffer()),
    ),
  );
  const joined = await engine.join(files.map(({ output }) => output.bytes));
  const pages = await readPages(joined);
  expect(pages.map(({ size }) => size)).toEqual(sizes.map((width) => [width, 30]));
  pages.forEach(({ data }, index) => expect(data.equals(files[index]!.page.data)).toBe(true));
  expect(await engine.join(files.map(({ output }) => output.bytes))).toEqual(joined);
});

describe('the estimate covers the bytes of the page', () => {
  const noise = () => {
    let state = 7;
    const pixels = Buffer.alloc(200 * 200 * 3);
    for (let at = 0; at < pixels.length; at += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      pixels[at] = state >>> 24;
    }
    return sharp(pixels, { raw: { width: 200, height: 200, channels: 3 } });
  };

  test.each([
    { quality: 80 },
    { quality: 95 },
    { quality: 100 },
    { lossless: true },
    { quality: 80, from: 'jpeg' as const },
  ])('%j', async ({ from = 'png' as const, ...options }: { from?: 'jpeg' | 'png' }) => {
    const source = await noise().toFormat(from, { quality: 100 }).toBuffer();
    const encode = { format: 'pdf', ...options };
    const { output, facts } = await written(source, { encode });
    const variants = [{ name: 'scan', steps: catalog.stepsSchema.parse([{ encode }]) }];
    const { documentBytes = 0 } = engine.estimate({ facts, recipe: 'r', variants });
    expect(output.bytes.length).toBeLessThanOrEqual(documentBytes);
    expect(documentBytes).toBeLessThan(3 * output.bytes.length);
  });

  test('also if a step measures the page first', async () => {
    const source = await noise().png().toBuffer();
    const facts = await engine.inspect(source);
    const variants = [
      { name: 'scan', steps: catalog.stepsSchema.parse(['trim', { encode: 'pdf' }]) },
    ];
    const request = { facts, recipe: 'r', variants };
    expect(engine.estimate(request).documentBytes).toBeGreaterThan(200 * 200);
  });
});
