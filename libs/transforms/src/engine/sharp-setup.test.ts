import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type AvailableFormatInfo } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PICTURE_FORMATS } from '../image-engine.ts';
import { sample } from '../testing/samples.ts';
import { setUpSharp } from './sharp-setup.ts';

/** Which loaders of libvips hostile bytes can reach: those of the formats that uploads may have, from memory only. */

const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');

let folder: string;
/** A file for each format that this libvips reads, by sharp's name for it. */
const files = new Map<string, Buffer>([['svg', SVG]]);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-loaders-'));
  for (const format of PICTURE_FORMATS) {
    files.set(format === 'avif' ? 'heif' : format, await sample({ width: 9, height: 9, format }));
  }
  // libvips' own format begins with a header of 64 bytes that names sizes and types.
  files.set('vips', Buffer.concat([Buffer.from('08f2a6b6', 'hex'), Buffer.alloc(200)]));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Formats that can be opened. */
async function readable(open: (format: string, file: Buffer) => Promise<unknown>) {
  const formats: string[] = [];
  for (const [format, file] of files) {
    const opened = await open(format, file).then(
      () => true,
      () => false,
    );
    if (opened) formats.push(format);
  }
  return formats.sort();
}

const fromMemory = () => readable((_, file) => sharp(file).metadata());
const fromDisk = () =>
  readable(async (format, file) => {
    const name = path.join(folder, `picture.${format}`);
    await writeFile(name, file);
    return sharp(name).metadata();
  });

test('has a sample file for every loader of this libvips', () => {
  const loaders = Object.entries<AvailableFormatInfo>({ ...sharp.format })
    .filter(([name, { input }]) => name !== 'raw' && (input.buffer || input.file))
    .map(([name]) => name);
  expect([...files.keys()].sort()).toEqual(expect.arrayContaining(loaders));
});

test('from memory, the formats of uploads alone', async () => {
  setUpSharp({ svg: false });
  expect(await fromMemory()).toEqual(['gif', 'heif', 'jpeg', 'png', 'tiff', 'webp']);
});

test('SVG, where a recipe lets it in, and only there', async () => {
  setUpSharp({ svg: true });
  expect(await fromMemory()).toEqual(['gif', 'heif', 'jpeg', 'png', 'svg', 'tiff', 'webp']);
  setUpSharp({ svg: false });
  expect(await fromMemory()).not.toContain('svg');
});

test('from disk, nothing', async () => {
  setUpSharp({ svg: true });
  expect(await fromDisk()).toEqual([]);
});
