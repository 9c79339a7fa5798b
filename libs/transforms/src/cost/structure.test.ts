import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { scanStructure, type Structure } from './structure.ts';

const noise = (width: number, height: number, channels: 3 | 4 = 3): Sharp =>
  sharp(Buffer.from(Array.from({ length: width * height * channels }, (_, i) => (i * 37) & 255)), {
    raw: { width, height, channels },
  });

async function scan(image: Sharp): Promise<Structure | undefined> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const format = info.format === 'heif' ? 'avif' : (info.format as Structure['format']);
  return scanStructure(data, format).structure;
}

/** A TIFF of one grey pixel on each of its pages. */
function tiffOf(pages: number, tags: readonly (readonly [tag: number, value: number])[]): Buffer {
  const size = 2 + 12 * tags.length + 4;
  const file = Buffer.alloc(8 + pages * size);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  for (let page = 0; page < pages; page += 1) {
    const at = 8 + page * size;
    file.writeUInt16LE(tags.length, at);
    for (const [index, [tag, value]] of tags.entries()) {
      const entry = at + 2 + 12 * index;
      file.writeUInt16LE(tag, entry);
      file.writeUInt16LE(4, entry + 2);
      file.writeUInt32LE(1, entry + 4);
      file.writeUInt32LE(value, entry + 8);
    }
    file.writeUInt32LE(page + 1 < pages ? at + size : 0, at + size - 4);
  }
  return file;
}

describe('the structure of a JPEG', () => {
  test('has the blocks of all components, and says whether the decoder holds them', async () => {
    const baseline = await scan(noise(100, 60).jpeg({ chromaSubsampling: '4:2:0' }));
    expect(baseline).toMatchObject({ width: 100, height: 60, components: 3, process: 0 });
    // 7 × 4 units of 16 × 16 pixels, of six blocks each.
    expect(baseline).toMatchObject({ blocks: 168, held: false, scans: 1 });
    const progressive = await scan(
      noise(100, 60).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
    );
    expect(progressive).toMatchObject({ process: 2, blocks: 13 * 8 * 3, held: true });
  });

  test('counts the scans of a progressive one, those that refine apart', async () => {
    const structure = await scan(noise(64, 64).jpeg({ progressive: true }));
    // libjpeg's script for colours has ten scans; four of them refine coefficients that are not DC.
    expect(structure).toMatchObject({ scans: 10 });
    expect(structure?.format === 'jpeg' && structure.refinedBlocks).toBeGreaterThan(0);
  });

  test('ends with the first picture: what follows is another file', async () => {
    const [first, second] = await Promise.all([
      noise(16, 16).jpeg().toBuffer(),
      noise(500, 500).jpeg({ progressive: true }).toBuffer(),
    ]);
    expect(scanStructure(Buffer.concat([first, second]), 'jpeg').structure).toMatchObject({
      width: 16,
      scans: 1,
    });
  });
});

describe('the structure of a PNG', () => {
  test('has depth, colours, alpha and interlacing', async () => {
    expect(await scan(noise(30, 20, 4).png({ progressive: true }))).toMatchObject({
      ...{ width: 30, height: 20, depth: 8, colourType: 6, interlaced: true, alpha: true },
    });
    const deep = noise(30, 20).toColourspace('rgb16').png();
    expect(await scan(deep)).toMatchObject({ depth: 16, alpha: false, interlaced: false });
    expect(await scan(noise(30, 20).png({ palette: true }))).toMatchObject({ colourType: 3 });
  });
});

describe('the structure of a WebP', () => {
  test('tells lossy, lossless and alpha apart', async () => {
    const size = { width: 30, height: 20, frames: 1, animated: false };
    expect(await scan(noise(30, 20).webp())).toMatchObject({ ...size, lossless: false });
    expect(await scan(noise(30, 20).webp({ lossless: true }))).toMatchObject({
      ...size,
      lossless: true,
    });
    expect(await scan(noise(30, 20, 4).webp())).toMatchObject({ ...size, alpha: true });
  });

  test('counts the frames of an animation', async () => {
    const raw = await noise(10, 30, 4).raw().toBuffer();
    const roll = { width: 10, height: 30, channels: 4, pageHeight: 10 } as const;
    const animation = await scan(sharp(raw, { raw: roll }).webp());
    expect(animation).toMatchObject({ width: 10, height: 10, frames: 3, animated: true });
    const gif = await scan(sharp(raw, { raw: roll }).gif());
    expect(gif).toMatchObject({ format: 'gif', width: 10, height: 10, frames: 3 });
  });

  test('is the screen, which only the first frame of a GIF enlarges', () => {
    const frame = (left: number, top: number, width: number, height: number) => {
      const head = Buffer.alloc(10);
      head.write(',', 'latin1');
      [left, top, width, height].forEach((value, at) => head.writeUInt16LE(value, 1 + 2 * at));
      return Buffer.concat([head, Buffer.from([2, 1, 0, 0])]);
    };
    const screen = Buffer.from('GIF89a\x64\0\x64\0\0\0\0', 'latin1');
    const scanned = (...frames: readonly Buffer[]) =>
      scanStructure(Buffer.concat([screen, ...frames]), 'gif').structure;
    expect(scanned(frame(50, 0, 100, 90))).toMatchObject({ width: 150, height: 100 });
    const outside = frame(100, 0, 5000, 5000);
    expect(scanned(frame(0, 0, 9, 9), outside)).toMatchObject({
      ...{ width: 100, height: 100, frames: 2, framePixels: 0 },
    });
    const wide = frame(99, 60, 5000, 5000);
    expect(scanned(frame(0, 0, 9, 9), wide)).toMatchObject({
      ...{ width: 100, height: 100, framePixels: 5000 * 40 },
    });
  });
});

describe('the structure of a TIFF', () => {
  test('has strips, tiles, samples and compression', async () => {
    const lzw = noise(300, 200).tiff({ compression: 'lzw' });
    expect(await scan(lzw)).toMatchObject({
      ...{ width: 300, height: 200, depth: 8, samples: 3, sampleFormat: 1, compression: 5 },
      ...{ photometric: 2, planar: false, pages: 1 },
    });
    const tiled = noise(300, 200).tiff({ tile: true, tileWidth: 64, tileHeight: 32 });
    expect(await scan(tiled)).toMatchObject({ tile: { width: 64, height: 32 } });
  });

  test('counts pages, however small they are', () => {
    const { structure } = scanStructure(tiffOf(1000, [[256, 3], [257, 2]]), 'tiff'); // prettier-ignore
    expect(structure).toMatchObject({
      pages: 1000,
      width: 3,
      height: 2,
      directoryBytes: 1000 * 32,
    });
  });

  test('is unknown if its directories overlap: opening them would not be linear', () => {
    const [entries, stride] = [100, 12];
    const file = Buffer.alloc(8 + 1000 * stride + 2 + entries * 12 + 4);
    file.write('II*\0\x08', 'latin1');
    for (let at = 8; at <= 8 + 1000 * stride; at += stride) {
      file.writeUInt16LE(entries, at);
      file.writeUInt32LE(at + stride, at + 2 + entries * 12);
    }
    expect(scanStructure(file, 'tiff').structure).toBeUndefined();
  });
});

describe('the structure of an AVIF', () => {
  test('has size, depth, chroma and alpha', async () => {
    const eight = noise(70, 40).avif({ effort: 0, chromaSubsampling: '4:2:0' });
    expect(await scan(eight)).toMatchObject({
      ...{ width: 70, height: 40, codedPixels: 2800, decodedPixels: 2800, depth: 8 },
      ...{ fullChroma: false, monochrome: false, alpha: false, tiles: 1, frames: 0 },
    });
    const rich = noise(70, 40, 4).avif({ effort: 0, chromaSubsampling: '4:4:4', bitdepth: 10 });
    expect(await scan(rich)).toMatchObject({
      ...{ depth: 10, fullChroma: true, alpha: true, decodedPixels: 5600 },
    });
  });

  test('believes the coded picture, not the size that the container declares', async () => {
    const file = await noise(128, 64).avif({ effort: 0 }).toBuffer();
    const ispe = file.indexOf('ispe', 0, 'latin1');
    file.writeUInt32BE(8, ispe + 8);
    file.writeUInt32BE(8, ispe + 12);
    expect(scanStructure(file, 'avif').structure).toMatchObject({ codedPixels: 128 * 64 });
  });
});

test('an SVG has no structure: what it costs depends on its drawing', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  expect(scanStructure(Buffer.from(svg), 'svg')).toEqual({ work: 0 });
});

test('this file is not an image: nothing is found in it', () => {
  const text = readFileSync(import.meta.filename);
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
    const { structure } = scanStructure(text, format);
    if (structure) expect([format, structure.bytes]).toEqual([format, text.length]);
  }
});
