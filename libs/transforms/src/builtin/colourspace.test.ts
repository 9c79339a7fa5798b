import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine, createReferenceEngine } from '../engine/create-engine.ts';
import { DEFAULT_PLACEHOLDER, NO_PLACEHOLDER } from '../image-engine.ts';
import { difference } from '../testing/compare.ts';
import { renderAll, renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const reference = createReferenceEngine({ catalog });
const plain = await sample({ width: 96, height: 64, format: 'png' });
const p3 = await sample({ width: 96, height: 64, format: 'png', profile: 'p3' });

describe('a Display P3 photo', () => {
  test('is converted to sRGB and needs no profile', async () => {
    const output = await renderOne(engine, catalog, p3, [{ encode: 'png' }]);
    expect((await difference(output.bytes, plain)).mean).toBeLessThan(1);
    expect((await sharp(output.bytes).metadata()).hasProfile).toBe(false);
  });

  test.each([
    ['planned', engine],
    ['step by step', reference],
  ])('keeps its colours and its profile when asked, %s', async (_, either) => {
    const steps = [
      'rotate',
      { resize: { width: 48 } },
      { resize: { width: 40 } },
      { colourspace: 'keep' },
    ];
    const output = await renderOne(either, catalog, p3, steps);
    const raw = await sharp(p3, { ignoreIcc: true }).resize(40).png().toBuffer();
    const kept = await sharp(output.bytes, { ignoreIcc: true }).png().toBuffer();
    expect((await difference(kept, raw)).mean).toBeLessThan(2);
    const [{ icc: written }, { icc: given }] = [
      await sharp(output.bytes).metadata(),
      await sharp(p3).metadata(),
    ];
    expect(written).toEqual(given);
  });
});

test('kept colours end upright, since their file cannot carry an orientation tag', async () => {
  const lying = await sample({
    width: 96,
    height: 64,
    format: 'png',
    profile: 'p3',
    orientation: 6,
  });
  const output = await renderOne(engine, catalog, lying, [{ colourspace: 'keep' }]);
  expect(output).toMatchObject({ width: 96, height: 64 });
  expect((await difference(output.bytes, p3)).largest).toBe(0);
});

test('an sRGB profile is not converted, which changes nothing but the time', async () => {
  const tagged = await sample({ width: 96, height: 64, format: 'png', profile: 'srgb' });
  const { facts, outputs } = await renderAll(engine, catalog, tagged, { one: [] });
  expect(facts.coding?.profile).toBe('srgb');
  const output = outputs.get('one');
  expect((await difference(output?.bytes ?? new Uint8Array(), plain)).largest).toBeLessThan(3);
});

describe('16 bits per channel', () => {
  /** The same pixels and profile, 16 bits deep. */
  const deep = (source: Buffer) =>
    sharp(source, { ignoreIcc: true }).toColourspace('rgb16').keepIccProfile().png().toBuffer();

  test.each([
    ['without a profile', plain],
    ['of Display P3', p3],
  ])('become the same 8-bit sRGB as 8 bits do, %s', async (_, shallow) => {
    const source = await deep(shallow);
    expect((await sharp(source).metadata()).depth).toBe('ushort');
    const steps = [{ resize: { width: 48 } }, { encode: 'png' }];
    const wanted = await renderOne(engine, catalog, shallow, steps);
    for (const either of [engine, reference]) {
      const output = await renderOne(either, catalog, source, steps);
      expect((await sharp(output.bytes).metadata()).depth).toBe('uchar');
      expect((await difference(output.bytes, wanted.bytes)).mean).toBeLessThan(1);
    }
  });

  test('stay when colours are kept and the format holds them', async () => {
    const steps = [{ resize: { width: 48 } }, { resize: { width: 40 } }, { colourspace: 'keep' }];
    const output = await renderOne(engine, catalog, await deep(p3), steps);
    const header = await sharp(output.bytes).metadata();
    expect(header).toMatchObject({ depth: 'ushort', hasProfile: true });
  });

  // sharp composites in 8 bits unless told.
  test('are still there where something was laid over them', async () => {
    const width = 4096;
    const ramp = Uint16Array.from({ length: width * 3 }, (_, i) => Math.floor(i / 3) * 16);
    const source = await sharp(ramp, { raw: { width, height: 1, channels: 3 } })
      .resize(width, 8, { fit: 'fill' })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    const steps = [{ mask: { shape: 'rounded', radius: 2 } }, { colourspace: 'keep' }];
    for (const either of [engine, reference]) {
      const { bytes } = await renderOne(either, catalog, source, [...steps, { encode: 'png' }]);
      const levels = await sharp(bytes)
        .extract({ left: 0, top: 4, width, height: 1 })
        .toColourspace('rgb16')
        .extractChannel(0)
        .raw({ depth: 'ushort' })
        .toBuffer();
      const { buffer, byteOffset, byteLength } = levels;
      const distinct = new Set(new Uint16Array(buffer, byteOffset, byteLength / 2));
      expect(distinct.size).toBeGreaterThan(4000);
    }
  });
});

// sharp embeds it anew where it makes RGB of grey pixels, from memory that a turn has freed before.
test.each([
  [['rotate', 'grayscale']],
  [['grayscale', 'flip']],
  [['grayscale', { rotate: 90 }]],
  [[{ crop: { left: 3, top: 3, width: 40, height: 50 } }, 'grayscale', 'flop']],
])('a kept profile stays with a picture without colours: %j', async (steps) => {
  const lying = await sample({ width: 96, height: 64, profile: 'p3', orientation: 6 });
  for (const placeholder of [DEFAULT_PLACEHOLDER, NO_PLACEHOLDER]) {
    const kept = [{ colourspace: 'keep' }, ...steps, { encode: 'png' }];
    const { bytes } = await renderOne(engine, catalog, lying, kept, { placeholder });
    expect((await sharp(bytes).metadata()).icc).toEqual((await sharp(lying).metadata()).icc);
  }
});

// sharp's `blur` and `sharpen` leave floating-point numbers behind, which a TIFF would keep.
test.each([
  ['8', plain, [], 'uchar'],
  ['8, with a profile', p3, [{ colourspace: 'keep' }], 'uchar'],
  [
    '16',
    await sharp(plain).toColourspace('rgb16').png().toBuffer(),
    [{ colourspace: 'keep' }],
    'ushort',
  ],
])('a blurred TIFF holds integers of as many bits: %s', async (_, source, first, depth) => {
  const blurred = [...first, { blur: {} }, { sharpen: {} }, { encode: 'tiff' }];
  for (const either of [engine, reference]) {
    const output = await renderOne(either, catalog, source, blurred);
    expect((await sharp(output.bytes).metadata()).depth).toBe(depth);
    expect((await difference(output.bytes, source)).mean).toBeLessThan(12);
  }
});

test('a CMYK JPEG becomes sRGB, even when colours are to be kept', async () => {
  const cmyk = await sharp(plain).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
  expect((await engine.inspect(cmyk)).coding?.space).toBe('cmyk');
  for (const colourspace of ['srgb', 'keep']) {
    const output = await renderOne(engine, catalog, cmyk, [{ colourspace }, { encode: 'png' }]);
    expect((await sharp(output.bytes).metadata()).space).toBe('srgb');
    expect((await difference(output.bytes, plain)).psnr).toBeGreaterThan(20);
  }
});
