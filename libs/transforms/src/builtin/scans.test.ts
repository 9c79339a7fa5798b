import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';
import { skewOf } from './shared/skew.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../fixtures/scans');
const fixture = (name: string) => readFileSync(path.join(FOLDER, `${name}.png`));

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

async function rendered(source: Uint8Array, ...steps: unknown[]): Promise<Uint8Array> {
  return (await renderOne(engine, catalog, source, [...steps, { encode: 'png' }])).bytes;
}

async function rgb(file: Uint8Array, depth: 8 | 16 = 8): Promise<readonly number[]> {
  const image = sharp(file).removeAlpha();
  const { data } =
    depth === 8
      ? await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
      : await image
          .toColourspace('rgb16')
          .raw({ depth: 'ushort' })
          .toBuffer({ resolveWithObject: true });
  return Array.from(depth === 8 ? data : new Uint16Array(Uint8Array.from(data).buffer));
}

/** The largest difference of two files, in levels of their depth. */
async function largest(one: Uint8Array, other: Uint8Array, depth: 8 | 16 = 8): Promise<number> {
  const [a, b] = await Promise.all([rgb(one, depth), rgb(other, depth)]);
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 0))), 0);
}

const keep = { colourspace: 'keep' };

describe.each(['viridis', 'magma', 'heat'])('colourmap: %s', (map) => {
  test('has the colours of matplotlib', async () => {
    const made = await rendered(fixture('ramp'), { colourmap: map });
    expect(await largest(made, fixture(map))).toBeLessThanOrEqual(1);
  });

  test('has them in 16 bits', async () => {
    const made = await rendered(fixture('ramp16'), keep, { colourmap: map });
    expect((await sharp(made).metadata()).depth).toBe('ushort');
    // Between two steps of the table, matplotlib interpolates numbers of less precision.
    expect(await largest(made, fixture(`${map}16`), 16)).toBeLessThanOrEqual(4);
  });
});

test('colourmap: grey is the luma, and reverse begins at the other end', async () => {
  const red = await sharp({ create: { width: 2, height: 1, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  expect(await rgb(await rendered(red, { colourmap: 'grey' }))).toEqual(
    Array.from({ length: 6 }, () => Math.round(0.2126 * 255)),
  );
  const reversed = await rgb(
    await rendered(fixture('ramp'), { colourmap: { map: 'grey', reverse: true } }),
  );
  expect(reversed.slice(0, 6)).toEqual([255, 255, 255, 254, 254, 254]);
});

describe('levels', () => {
  const all = { black: 40, white: 200, gamma: 1.3, outputBlack: 20, outputWhite: 240 };

  test.each([
    ['levels', all],
    ['levels-each', { black: [0, 0, 63.75], white: [127.5, 255, 255], gamma: [1, 1, 0.5] }],
  ])('%s has the values of ImageMagick', async (name, options) => {
    const made = await rendered(fixture('colours'), { levels: options });
    expect(await largest(made, fixture(name))).toBeLessThanOrEqual(1);
  });

  test('keeps 16 bits', async () => {
    const made = await rendered(fixture('ramp16'), keep, { levels: all });
    expect((await sharp(made).metadata()).depth).toBe('ushort');
    expect(await largest(made, fixture('levels16'), 16)).toBeLessThanOrEqual(2);
  });

  test('keeps the profile of a wide-gamut photo', async () => {
    const photo = await sample({ width: 40, height: 30, profile: 'p3' });
    const { bytes } = await renderOne(engine, catalog, photo, [keep, { levels: { black: 30 } }]);
    const [made, given] = await Promise.all([bytes, photo].map((file) => sharp(file).metadata()));
    expect(made?.icc?.equals(given?.icc ?? Buffer.of())).toBe(true);
  });

  test('keeps transparency', async () => {
    const source = await sample({ width: 60, height: 40, format: 'png', alpha: true });
    const alpha = (file: Uint8Array) => sharp(file).extractChannel(3).raw().toBuffer();
    const made = await rendered(source, { levels: { black: 90, outputBlack: 50 } });
    expect((await alpha(made)).equals(await alpha(source))).toBe(true);
  });

  test('rejects a black point that is not below the white one', () => {
    const { error } = catalog.stepSchema.safeParse({ levels: { black: [0, 200, 0], white: 128 } });
    expect(error?.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('black must be less than white'),
    ]);
  });
});

describe('binarise', () => {
  test.each([
    ['otsu', 'OpenCV', 'photo-otsu', 'otsu'],
    ['sauvola', 'scikit-image', 'photo-sauvola', { threshold: 'sauvola', window: 15, k: 0.1 }],
  ])('%s gives the pixels of %s', async (_, __, name, options) => {
    const made = await rendered(fixture('photo'), { binarise: options });
    expect(await largest(made, fixture(name))).toBe(0);
  });

  test('a number is the lightest value that becomes black', async () => {
    const made = await rgb(await rendered(fixture('ramp'), { binarise: 100 }));
    expect(made.filter((_, at) => at % 3 === 0).lastIndexOf(0)).toBe(100);
    expect(new Set(made)).toEqual(new Set([0, 255]));
  });

  test('splits 16 bits where it splits 8', async () => {
    const deep = await rgb(await rendered(fixture('ramp16'), keep, { binarise: 'otsu' }), 16);
    const plain = await rgb(await rendered(fixture('ramp16'), { binarise: 'otsu' }));
    expect(deep.map((value) => value / 257)).toEqual(plain);
  });

  test('a window larger than the picture', async () => {
    const tiny = await sample({ width: 5, height: 1, format: 'png' });
    const made = await rendered(tiny, { binarise: { threshold: 'sauvola', window: 99 } });
    expect(await rgb(made)).toHaveLength(15);
  });

  test('rejects options of sauvola for other methods', () => {
    const { error } = catalog.stepSchema.safeParse({ binarise: { threshold: 10, window: 9 } });
    expect(error?.issues).toMatchObject([{ path: ['binarise', 'window'] }]);
  });
});

describe('deskew', () => {
  /** Root of the mean square of the differences, in levels of 255. */
  async function rmse(one: Uint8Array, other: Uint8Array): Promise<number> {
    const [a, b] = await Promise.all([rgb(one), rgb(other)]);
    const squares = a.reduce((sum, value, at) => sum + (value - (b[at] ?? 0)) ** 2, 0);
    return Math.sqrt(squares / a.length);
  }

  test.each([
    ['page-right', 3.7],
    ['page-left', -1.25],
    ['page', 0],
  ])('finds the angle of %s', async (name, angle) => {
    const data = Uint8Array.from(await rgb(fixture(name)));
    const found = skewOf({ data, width: 420, height: 560, channels: 3 }, 15);
    expect(Math.abs((found ?? NaN) - angle)).toBeLessThanOrEqual(0.15);
  });

  test.each(['page-right', 'page-left'])('%s becomes upright', async (name) => {
    const made = await rendered(fixture(name), 'deskew');
    const before = await rmse(fixture(name), fixture('page'));
    expect(await rmse(made, fixture('page'))).toBeLessThan(before / 2);
  });

  test('turns negatives, big scans and 16 bits alike', async () => {
    const big = await sharp(fixture('page-right')).resize(1680).negate().png().toBuffer();
    const steps = [{ deskew: { background: 'black' } }, 'negate', { resize: { width: 420 } }];
    expect(await rmse(await rendered(big, ...steps), fixture('page'))).toBeLessThan(30);
    const deep = await sharp(fixture('page-right')).toColourspace('grey16').png().toBuffer();
    const made = await rendered(deep, keep, 'deskew');
    expect((await sharp(made).metadata()).depth).toBe('ushort');
    expect(await rmse(made, fixture('page'))).toBeLessThan(30);
  });

  test.each([
    ['an upright page', () => fixture('page'), {}],
    ['less than the least angle', () => fixture('page-left'), { least: 2 }],
    ['more than the limit', () => fixture('page-right'), { limit: 2 }],
    ['a photo', () => sample({ width: 400, height: 300, format: 'png' }), {}],
    ['one pixel', () => sample({ width: 1, height: 1, format: 'png' }), {}],
    [
      'an empty page',
      () =>
        sharp({ create: { width: 300, height: 400, channels: 3, background: 'white' } })
          .png()
          .toBuffer(),
      {},
    ],
  ])('%s stays as it is', async (_, source, options) => {
    const given = await source();
    expect(await largest(await rendered(given, { deskew: options }), given)).toBe(0);
  });

  test('ink on nothing is a page, too', async () => {
    const half = sharp(fixture('page-right')).resize(210);
    const ink = await half.clone().toColourspace('b-w').negate().toBuffer();
    const clear = await sharp({ create: { width: 210, height: 280, channels: 3, background: '#000' } })
      .joinChannel(ink)
      .png()
      .toBuffer();
    const shown = await rendered(clear, 'deskew', { flatten: 'white' });
    const wanted = await sharp(fixture('page')).resize(210).png().toBuffer();
    const before = await rmse(await half.png().toBuffer(), wanted);
    expect(await rmse(shown, wanted)).toBeLessThan(before / 1.5);
  }); // prettier-ignore

  test('a translucent background gives alpha, also without a turn', async () => {
    for (const name of ['page', 'page-right']) {
      const made = await rendered(fixture(name), { deskew: { background: '#ffffff80' } });
      expect((await sharp(made).metadata()).channels).toBe(4);
    }
  });
});
