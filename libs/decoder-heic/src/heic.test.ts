import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { builtinTransforms, createCatalog } from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { difference, renderOne } from '@darkroom/transforms/testing';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { heic } from './heic.ts';
import { readPixels } from './heif-file.ts';

const FOLDER = path.resolve(import.meta.dirname, '../fixtures');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.heic'))
  .map((file) => path.basename(file, '.heic'));

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog, decoders: [heic] });
const FIRST = { page: 1, options: {} };
const PNG = { encode: 'png' };
const render = (name: string, ...steps: readonly unknown[]) =>
  renderOne(engine, catalog, fixture(`${name}.heic`), [...steps, PNG]);

/** Samples of a reference (fixtures/make.py), as its file stores them. */
async function reference(name: string) {
  const image = sharp(fixture(`${name}.png`));
  const { depth, space = 'srgb' } = await image.metadata();
  const { data, info } = await image
    .toColourspace(space)
    .raw({ depth: depth === 'ushort' ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const samples =
    depth === 'ushort' ? new Uint16Array(Uint8Array.from(data).buffer) : Uint8Array.from(data);
  return { samples, info };
}

/** The root of the mean square, in levels of 255. */
function rmse(one: ArrayLike<number>, other: ArrayLike<number>, most: number): number {
  let squares = 0;
  for (let at = 0; at < one.length; at += 1) squares += ((one[at] ?? 0) - (other[at] ?? 0)) ** 2;
  return (Math.sqrt(squares / one.length) * 255) / most;
}

/** Where it is above 1: two versions of libheif round the conversion from YCbCr differently. */
const MAX_RMSE: Readonly<Record<string, number>> = {
  // The division by alpha enlarges them.
  'enc-premultiplied': 2,
};

test.each(NAMES)('%s has the pixels that pillow-heif reads', async (name) => {
  const { width, height, channels, data } = readPixels(fixture(`${name}.heic`));
  const { samples, info } = await reference(name);
  expect({ width, height, channels }).toEqual({
    width: info.width,
    height: info.height,
    channels: info.channels,
  });
  const isDeep = data instanceof Uint16Array;
  const most = isDeep ? 65_535 : 255;
  expect(data).toHaveLength(samples.length);
  expect(rmse(data, samples, most)).toBeLessThan(MAX_RMSE[name] ?? 1);
});

test.each(NAMES)('%s has the header of its pixels', async (name) => {
  const header = await heic.header(fixture(`${name}.heic`), FIRST);
  const { width, height, channels, data } = readPixels(fixture(`${name}.heic`));
  const depth = data instanceof Uint16Array ? 16 : 8;
  expect(header).toMatchObject({ width, height, channels, depth });
});

test('data that several tiles have costs CPU time for each of them', async () => {
  const file = fixture('grid.heic');
  // The tiles are items 2 to 5. An entry of `iloc` has 14 bytes; offset and length of the data are its last eight.
  const placeOf = (item: number) => file.indexOf('iloc') + 12 + (item - 1) * 14 + 6;
  const tiles = [2, 3, 4, 5];
  const lengths = tiles.map((tile) => file.readUInt32BE(placeOf(tile) + 4));
  const longest = tiles[lengths.indexOf(Math.max(...lengths))] ?? 0;
  const changed = Buffer.from(file);
  for (const tile of tiles)
    file.copy(changed, placeOf(tile), placeOf(longest), placeOf(longest) + 8);
  const seconds = async (bytes: Buffer) => (await heic.header(bytes, FIRST)).cost.cpuSeconds;
  const added = 4 * Math.max(...lengths) - lengths.reduce((sum, length) => sum + length, 0);
  expect(added).toBeGreaterThan(0);
  const perByte = 0.25 / 1024 ** 2;
  expect((await seconds(changed)) - (await seconds(file))).toBeCloseTo(added * perByte, 9);
});

describe('facts', () => {
  test('include camera and time, and the size as displayed', async () => {
    expect(await engine.inspect(fixture('rotated.heic'))).toMatchObject({
      format: 'heic',
      width: 64,
      height: 96,
      orientation: 1,
      pages: 1,
      hasAlpha: false,
      camera: 'Maker Phone 24',
      takenAt: '2026-05-06T07:08:09',
      bytes: fixture('rotated.heic').length,
      structure: { format: 'decoded', width: 64, height: 96, channels: 3, depth: 8 },
    });
  });

  test.each([
    ['plain', { depth: 8, space: 'rgb', profile: 'none' }],
    ['alpha', { depth: 8, space: 'rgb', profile: 'none' }],
    ['grey', { depth: 8, space: 'grey', profile: 'none' }],
    ['ten-bit', { depth: 16, space: 'rgb', profile: 'none' }],
    ['p3-icc', { depth: 8, space: 'rgb', profile: 'other' }],
    ['p3-nclx', { depth: 8, space: 'rgb', profile: 'other' }],
    ['pq', { depth: 8, space: 'rgb', profile: 'none', correctedFrom: 16 }],
  ])('%s has its coding', async (name, coding) => {
    const facts = await engine.inspect(fixture(`${name}.heic`));
    expect(facts.coding).toEqual(coding);
    expect(facts.hasAlpha).toBe(name === 'alpha');
  });
});

describe('outputs', () => {
  test('are upright: the rotation of the container is applied once, and that of EXIF is ignored', async () => {
    const { bytes, width, height } = await render('rotated', { rotate: 'auto' });
    expect({ width, height }).toEqual({ width: 64, height: 96 });
    expect((await difference(bytes, fixture('rotated.png'))).psnr).toBeGreaterThan(45);
  });

  test('of a grid are cropped and rotated, without its depth map and thumbnail', async () => {
    const { bytes } = await render('grid');
    expect((await difference(bytes, fixture('grid.png'))).psnr).toBeGreaterThan(45);
  });

  test('of a burst show its primary picture', async () => {
    const { bytes } = await render('burst');
    expect((await difference(bytes, fixture('burst.png'))).psnr).toBeGreaterThan(45);
  });

  test('keep alpha', async () => {
    const { bytes } = await render('alpha');
    expect((await sharp(bytes).metadata()).hasAlpha).toBe(true);
    expect((await difference(bytes, fixture('alpha.png'))).psnr).toBeGreaterThan(45);
  });

  // Red of Display P3 is outside of sRGB.
  test.each(['p3-icc', 'p3-nclx'])('%s: Display P3 becomes sRGB', async (name) => {
    const { icc } = await sharp({
      create: { width: 1, height: 1, channels: 3, background: '#f00' },
    })
      .withIccProfile('p3')
      .png()
      .toBuffer()
      .then((file) => sharp(file).metadata());
    const profile = Buffer.concat([
      Buffer.from('ICC\0\0', 'latin1'),
      deflateSync(icc ?? Buffer.alloc(0)),
    ]);
    const tagged = withChunk(fixture(`${name}.png`), 'iCCP', profile);
    const wanted = await sharp(tagged).png().toBuffer();
    const { bytes } = await render(name);
    expect((await difference(bytes, wanted)).psnr).toBeGreaterThan(38);
    expect((await difference(bytes, fixture(`${name}.png`))).psnr).toBeLessThan(34);
  });

  test('keep 16 bits in a PNG that keeps its colours', async () => {
    const { bytes } = await render('ten-bit', { colourspace: 'keep' });
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
  });

  test('of HDR are tone-mapped', async () => {
    const { bytes } = await render('pq');
    const { channels } = await sharp(bytes).stats();
    // Untouched PQ would be flat; sRGB white is far below its maximum.
    for (const { max } of channels) expect(max).toBeGreaterThan(200);
    expect((await sharp(bytes).metadata()).depth).toBe('uchar');
  });

  test('keep the rights that a recipe asks for', async () => {
    const { bytes } = await renderOne(engine, catalog, fixture('rotated.heic'), [
      { metadata: { keep: ['Artist'] } },
      { encode: 'jpeg' },
    ]);
    const { exif, orientation } = await sharp(bytes).metadata();
    expect(exif?.toString('latin1')).toContain('Ann Artist');
    expect(orientation ?? 1).toBe(1);
  });
});

/** A PNG with another chunk after its header. */
function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const end = 8 + 25;
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), data])));
  return Buffer.concat([png.subarray(0, end), head, data, crc, png.subarray(end)]);
}

describe('detection', () => {
  const start = (major: string, ...brands: string[]) =>
    Buffer.concat([
      Buffer.from([0, 0, 0, 16 + 4 * brands.length]),
      Buffer.from(`ftyp${major}\0\0\0\0${brands.join('')}`, 'latin1'),
    ]);

  test.each([
    [start('heic', 'mif1'), 'heic'],
    [start('mif1', 'heic'), 'heic'],
    [start('mif1'), 'heic'],
    [start('isom', 'mp42'), undefined],
    [Buffer.from('ftyp'), undefined],
    [Buffer.alloc(0), undefined],
  ])('%#', (bytes, format) => {
    expect(heic.detect(bytes)).toBe(format);
  });

  test('AVIF stays with libvips', async () => {
    const avif = await sharp(fixture('plain.png')).avif().toBuffer();
    expect((await engine.inspect(avif)).format).toBe('avif');
  });

  test.each([
    [{}, 'the upload is a HEIC picture, which cannot be processed'],
    [
      { otherDecoders: [heic] },
      'the upload is a HEIC picture; the `formats` of its recipe do not contain heic',
    ],
  ])('without the decoder, HEIC is not supported: %j', async (options, message) => {
    const plain = createEngine({ catalog, ...options });
    await expect(plain.inspect(fixture('plain.heic'))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message,
    });
  });
});

describe('bad files', () => {
  const outcome = (file: Uint8Array) =>
    renderOne(engine, catalog, file, [{ resize: { width: 20 } }, { encode: 'jpeg' }]).then(
      () => 'done',
      ({ code, message }: { code?: string; message: string }) => code ?? message,
    );

  test.each([0.2, 0.6, 0.9])('a file that ends at %d of its length is corrupt', async (part) => {
    const file = fixture('enc-lossless.heic');
    expect(await outcome(file.subarray(0, file.length * part))).toBe('CORRUPT_IMAGE');
  });

  test('a header that declares fewer pixels than the data has is rejected by the limits that follow from it', async () => {
    const file = Buffer.from(fixture('plain.heic'));
    const size = file.indexOf('ispe') + 8;
    expect(file.readUInt32BE(size)).toBe(96);
    file.writeUInt32BE(8, size);
    file.writeUInt32BE(8, size + 4);
    expect(await outcome(file)).toBe('TOO_LARGE');
  });

  test('a coding that is not HEVC is not supported', async () => {
    const file = Buffer.from(
      fixture('plain.heic').toString('latin1').replace('hvc1', 'unci'),
      'latin1',
    );
    expect(await outcome(file)).toBe('UNSUPPORTED_FORMAT');
  });

  // The engine goes on with the next upload after each of them.
  test('changed bytes never do more than reject their own file', async () => {
    let state = 24;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const allowed = ['done', 'CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT', 'TOO_LARGE'];
    for (let round = 0; round < 150; round += 1) {
      const name = NAMES[random(NAMES.length)] ?? '';
      const file = Buffer.from(fixture(`${name}.heic`));
      const changes = 1 + random(6);
      for (let change = 0; change < changes; change += 1) file[random(file.length)] = random(256);
      expect(allowed, `${name}, round ${round}`).toContain(await outcome(file));
    }
    expect(await outcome(fixture('plain.heic'))).toBe('done');
  }, 120_000);
});
