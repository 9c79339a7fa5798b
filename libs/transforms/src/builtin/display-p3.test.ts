import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine, createReferenceEngine } from '../engine/create-engine.ts';
import { NO_PLACEHOLDER } from '../image-engine.ts';
import { difference } from '../testing/compare.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const reference = createReferenceEngine({ catalog });
const plain = await sample({ width: 96, height: 64, format: 'png' });
const p3 = await sample({ width: 96, height: 64, format: 'png', profile: 'p3' });

/** The pixels of the file, without conversion by its profile. */
const stored = async (bytes: Uint8Array) =>
  [...(await sharp(bytes, { ignoreIcc: true }).removeAlpha().raw().toBuffer())].slice(0, 3);
const far = (one: readonly number[], other: readonly number[]) =>
  Math.max(...one.map((channel, band) => Math.abs(channel - (other[band] ?? 0))));
/** A green that sRGB does not have: the green of Display P3 itself. */
const green = await sharp(p3, { ignoreIcc: true })
  .composite([{ input: { create: { width: 96, height: 64, channels: 3, background: '#00ff00' } } }])
  .keepIccProfile()
  .png()
  .toBuffer();
const profile = (await sharp(p3).metadata()).icc;

test.each([
  ['planned', engine, []],
  ['step by step', reference, []],
  ['through barriers', engine, [{ resize: { width: 48 } }, { blur: 2 }, { resize: { width: 40 } }]],
  ['into a JPEG', engine, [{ encode: 'jpeg' }]],
  ['into a WebP', engine, [{ resize: { width: 48 } }, { encode: { format: 'webp', quality: 95 } }]],
  ['with its size in bytes bounded', engine, [{ encode: { format: 'jpeg', maxBytes: 2_000 } }]],
  ['with a likeness searched', engine, [{ encode: { format: 'avif', quality: { ssim: 0.99 } } }]],
])('Display P3 stays what it is, its profile embedded, %s', async (_, either, steps) => {
  const output = await renderOne(either, catalog, green, [{ colourspace: 'p3' }, ...steps]);
  expect(far(await stored(output.bytes), [0, 255, 0])).toBeLessThan(4);
  expect((await sharp(output.bytes).metadata()).icc).toEqual(profile);
});

test('Display P3 is out of reach for sRGB', async () => {
  const output = await renderOne(engine, catalog, green, [{ colourspace: 'srgb' }]);
  const again = await renderOne(engine, catalog, Buffer.from(output.bytes), [
    { colourspace: 'p3' },
  ]);
  expect(far(await stored(again.bytes), [0, 255, 0])).toBeGreaterThan(50);
});

test.each([
  ['without a profile', plain],
  ['with an sRGB profile', await sample({ width: 96, height: 64, format: 'png', profile: 'srgb' })],
  ['in 16 bits', await sharp(plain).toColourspace('rgb16').png().toBuffer()],
])('Display P3 is what a photo %s is converted to', async (_, source) => {
  const steps = [{ resize: { width: 48 } }, { colourspace: 'p3' }, { encode: 'png' }];
  const [bytes, wanted] = await Promise.all([
    renderOne(engine, catalog, source, steps).then((output) => output.bytes),
    sharp(plain).resize(48).withIccProfile('p3').png().toBuffer(),
  ]);
  expect(far(await stored(bytes), await stored(wanted))).toBeLessThan(3);
  expect((await sharp(bytes).metadata()).icc).toEqual(profile);
  // Written straight from the upload, too.
  const whole = [{ colourspace: 'p3' }, { encode: 'png' }];
  const placeholder = NO_PLACEHOLDER;
  const straight = await renderOne(engine, catalog, source, whole, { placeholder });
  const wantedWhole = await sharp(plain).withIccProfile('p3').png().toBuffer();
  expect(far(await stored(straight.bytes), await stored(wantedWhole))).toBeLessThan(3);
  // Shown, it is the same.
  expect(
    (await difference(bytes, await sharp(plain).resize(48).png().toBuffer())).mean,
  ).toBeLessThan(1);
});

test('Display P3 of 16 bits is written in 8, its colours kept', async () => {
  const deep = await sharp(green, { ignoreIcc: true })
    .toColourspace('rgb16')
    .keepIccProfile()
    .png()
    .toBuffer();
  for (const either of [engine, reference]) {
    const output = await renderOne(either, catalog, deep, [
      { resize: { width: 48 } },
      { colourspace: 'p3' },
    ]);
    expect(far(await stored(output.bytes), [0, 255, 0])).toBeLessThan(4);
    expect((await sharp(output.bytes).metadata()).depth).toBe('uchar');
  }
});

test('Display P3 of grey and of CMYK is what they look like', async () => {
  const cmyk = await sharp(plain).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
  const grey = await sharp(plain).grayscale().png().toBuffer();
  for (const source of [cmyk, grey]) {
    const steps = [{ encode: 'png' }];
    const srgb = await renderOne(engine, catalog, source, steps);
    const wide = await renderOne(engine, catalog, source, [{ colourspace: 'p3' }, ...steps]);
    const shown = await sharp(wide.bytes).toColourspace('srgb').png().toBuffer();
    expect((await difference(shown, await sharp(srgb.bytes).png().toBuffer())).mean).toBeLessThan(
      1.5,
    );
    expect((await sharp(wide.bytes).metadata()).icc).toEqual(profile);
  }
});

test.each([
  [['negate']],
  [['grayscale']],
  [[{ tint: '#c87137' }, 'negate']],
  [[{ resize: { width: 48 } }, 'negate', { encode: 'webp' }]],
])('Display P3 is converted to after all steps: %j', async (steps) => {
  const all = [{ colourspace: 'p3' }, ...steps];
  for (const source of [green, plain]) {
    const planned = await renderOne(engine, catalog, source, all);
    const wanted = await renderOne(reference, catalog, source, all);
    expect(far(await stored(planned.bytes), await stored(wanted.bytes))).toBeLessThan(4);
  }
});

test('Display P3 leaves nothing on its side: its file cannot carry an orientation tag', async () => {
  const lying = await sample({ width: 96, height: 64, orientation: 6 });
  const output = await renderOne(engine, catalog, lying, [{ colourspace: 'p3' }]);
  expect(output).toMatchObject({ width: 96, height: 64 });
});
