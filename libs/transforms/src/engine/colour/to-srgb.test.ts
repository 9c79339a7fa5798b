import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { NO_PLACEHOLDER } from '../../image-engine.ts';
import { tiffOf } from '../../testing/colour-files.ts';
import { renderOne } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';
import { type Curve, matrixOf, SRGB_PRIMARIES, srgbDecode } from './colour-math.ts';
import { writeProfile } from './icc-profile.ts';
import { toSrgb } from './to-srgb.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

const power =
  (exponent: number): Curve =>
  (value) =>
    value ** exponent;

function profile(curve: Curve, primaries: typeof SRGB_PRIMARIES): Buffer {
  const matrix = matrixOf(primaries);
  return writeProfile({ name: 'test', curve, ...(matrix ? { matrix } : {}) });
}

const P3 = profile(srgbDecode, [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329]);
const ADOBE = profile(power(563 / 256), [0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329]);
const PRO_PHOTO = profile(power(1.8), [
  ...[0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001],
  ...[0.3457, 0.3585],
] as unknown as typeof SRGB_PRIMARIES);

/** Root mean square and largest of the differences, levels. */
function differences(one: Uint8Array, other: Uint8Array) {
  let squares = 0;
  let largest = 0;
  one.forEach((level, index) => {
    const difference = Math.abs(level - (other[index] ?? 0));
    squares += difference ** 2;
    largest = Math.max(largest, difference);
  });
  return { rms: Math.sqrt(squares / one.length), largest };
}

/** A TIFF with that profile. */
const tagged = (pixels: Uint8Array, side: number, channels: 3 | 4, profile: Buffer) =>
  tiffOf(
    Array.from(pixels, (level) => level / 255),
    [side, side],
    { bits: 8, channels, profile },
  );

/** As LittleCMS converts them. */
const byLittleCms = async (pixels: Uint8Array, side: number, channels: 3 | 4, icc: Buffer) =>
  sharp(tagged(pixels, side, channels, icc))
    .raw()
    .toBuffer();

const SIDE = 64;
/** 4,096 colours of the whole cube. */
const cube = (channels: number) =>
  Uint8Array.from({ length: SIDE * SIDE * channels }, (_, index) => {
    const [colour, channel] = [Math.floor(index / channels), index % channels];
    return channel === 3 ? colour % 256 : 17 * ((colour >> (4 * channel)) & 15);
  });

describe.each([
  ['Display P3', P3],
  ['Adobe RGB', ADOBE],
  ['ProPhoto RGB', PRO_PHOTO],
  ['linear light', profile(power(1), SRGB_PRIMARIES)],
])('%s', (_, icc) => {
  test.each([3, 4] as const)(
    'becomes what LittleCMS makes of it, %d channels',
    async (channels) => {
      const pixels = cube(channels);
      const wanted = await byLittleCms(pixels, SIDE, channels, icc);
      toSrgb(icc)?.(pixels, channels);
      const { rms, largest } = differences(pixels, wanted);
      expect(rms).toBeLessThan(0.4);
      expect(largest).toBeLessThanOrEqual(1);
    },
  );

  test('is converted after a reduction', async () => {
    const scene = await sample({ width: 256, height: 256, format: 'png' });
    const pixels = await sharp(scene).removeAlpha().raw().toBuffer();
    const file = tagged(pixels, 256, 3, icc);
    const reduced = sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } }).resize(SIDE);
    const wanted = await byLittleCms(await reduced.raw().toBuffer(), SIDE, 3, icc);
    const steps = [{ resize: { width: SIDE } }, { encode: 'png' }];
    const placeholder = NO_PLACEHOLDER;
    const { bytes } = await renderOne(engine, catalog, file, steps, { placeholder });
    const { rms, largest } = differences(await sharp(bytes).raw().toBuffer(), wanted);
    expect(rms).toBeLessThan(0.4);
    expect(largest).toBeLessThanOrEqual(1);
  });
});

test('a step that depends on colour gets sRGB', async () => {
  const scene = await sample({ width: 256, height: 256, format: 'png' });
  const pixels = await sharp(scene).removeAlpha().raw().toBuffer();
  const file = tagged(pixels, 256, 3, ADOBE);
  const small = sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } }).resize(SIDE);
  const converted = await byLittleCms(await small.raw().toBuffer(), SIDE, 3, ADOBE);
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
  const wanted = await sharp(converted, { raw }).tint('#cc6600').raw().toBuffer();
  const steps = [{ resize: { width: SIDE } }, { tint: '#cc6600' }, { encode: 'png' }];
  const placeholder = NO_PLACEHOLDER;
  const { bytes } = await renderOne(engine, catalog, file, steps, { placeholder });
  // The tint multiplies rounding.
  expect(differences(await sharp(bytes).raw().toBuffer(), wanted).rms).toBeLessThan(0.7);
});

test('a damaged profile with endless primaries needs no endless tables', () => {
  const icc = Buffer.from(P3);
  const at = icc.indexOf('XYZ \0\0\0\0', 200, 'latin1');
  for (const place of [8, 12, 16]) icc.writeInt32BE(0x7fff_ffff, at + place);
  const pixels = cube(3);
  toSrgb(icc)?.(pixels, 3);
  expect(pixels[0]).toBe(0);
});

test('a profile that lacks a curve has no conversion', () => {
  const icc = Buffer.from(P3);
  icc.write('none', icc.indexOf('gTRC', 0, 'latin1'), 'latin1');
  expect(toSrgb(icc)).toBeUndefined();
});
