/**
 * Colours against independent judges. The expected numbers were read from Chromium 140 (sRGB forced as the screen's profile)
 * and from Pillow 13 with LittleCMS, for the files that `testing/colour-files.ts` makes. The two agree within 1.
 */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import {
  AVIFS,
  chromaticityChunk,
  gammaChunk,
  iccChunk,
  PATCH,
  PATCHES,
  patchAvif,
  patchJpeg,
  patchPng,
  patchSamples,
  patchWebp,
  tiffOf,
  WIDTH,
} from '../../testing/colour-files.ts';
import { renderOne } from '../../testing/render.ts';
import { createEngine } from '../create-engine.ts';
import { type Curve, matrixOf, SRGB_PRIMARIES, srgbDecode } from './colour-math.ts';
import { profileKind, writeProfile } from './icc-profile.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

type Colours = readonly (readonly [number, number, number])[];

/** What a picture of the patches shows, in sRGB. Clipped dark colours depend on the bits of a sample, by a few levels. */
const SHOWN = {
  linear: [[244, 90, 90], [90, 231, 124], [108, 124, 244], [188, 188, 188], [90, 90, 90], [229, 196, 175], [98, 208, 202], [255, 255, 255]],
  gamma18: [[235, 35, 35], [34, 214, 66], [51, 66, 235], [146, 146, 146], [35, 35, 35], [209, 158, 129], [41, 177, 167], [255, 255, 255]],
  gamma22: [[231, 19, 19], [19, 205, 48], [33, 48, 231], [129, 129, 129], [19, 19, 19], [200, 141, 110], [25, 162, 151], [255, 255, 255]],
  gamma24: [[229, 13, 13], [13, 201, 40], [26, 40, 229], [121, 121, 121], [13, 13, 13], [196, 134, 102], [19, 156, 144], [255, 255, 255]],
  gamma28: [[224, 6, 6], [6, 193, 27], [15, 27, 224], [106, 106, 106], [6, 6, 6], [187, 120, 87], [9, 143, 131], [255, 255, 255]],
  adobe: [[255, 19, 19], [0, 205, 15], [25, 48, 235], [129, 129, 129], [19, 19, 19], [218, 141, 108], [0, 163, 150], [255, 255, 255]],
  proPhoto: [[255, 0, 25], [0, 234, 0], [0, 68, 250], [146, 146, 146], [35, 35, 35], [253, 143, 123], [0, 193, 166], [255, 255, 255]],
  p3: [[251, 0, 0], [0, 208, 0], [34, 51, 239], [128, 128, 128], [26, 26, 26], [209, 137, 104], [0, 164, 150], [255, 255, 255]],
  p3Gamma22: [[252, 0, 0], [0, 209, 0], [29, 48, 240], [129, 129, 129], [19, 19, 19], [211, 138, 105], [0, 165, 152], [255, 255, 255]],
  p3Linear: [[255, 74, 83], [0, 235, 110], [104, 124, 252], [188, 188, 188], [90, 90, 90], [235, 194, 173], [20, 211, 203], [255, 255, 255]],
  bt2020: [[255, 0, 0], [0, 215, 0], [0, 47, 241], [128, 128, 128], [26, 26, 26], [229, 130, 104], [0, 170, 150], [255, 255, 255]],
  dci: [[245, 0, 0], [0, 208, 0], [33, 49, 239], [128, 128, 128], [26, 26, 26], [206, 137, 105], [0, 164, 150], [255, 255, 255]],
  ebu: [[234, 26, 26], [0, 204, 56], [37, 51, 229], [128, 128, 128], [26, 26, 26], [201, 140, 110], [0, 161, 150], [255, 255, 255]],
  smpte240: [[233, 44, 44], [44, 210, 69], [56, 69, 233], [141, 141, 141], [44, 44, 44], [205, 152, 125], [49, 171, 161], [255, 255, 255]],
  srgb: PATCHES.map(([r, g, b]) => [Math.round(255 * r), Math.round(255 * g), Math.round(255 * b)]),
  /** Chromium's own tone mapping: darker, but of the same hues. */
  pq: [[255, 0, 0], [0, 255, 0], [0, 0, 255], [132, 132, 132], [3, 3, 3], [255, 16, 24], [0, 227, 177], [255, 255, 255]],
  hlg: [[255, 0, 0], [0, 214, 0], [0, 26, 224], [99, 99, 99], [9, 9, 9], [226, 101, 85], [0, 140, 121], [255, 255, 255]],
} as unknown as Readonly<Record<string, Colours>>; // prettier-ignore

type Shown = 'linear' | 'gamma18' | 'gamma22' | 'gamma24' | 'gamma28' | 'adobe' | 'proPhoto' | 'p3' | 'p3Gamma22' | 'p3Linear' | 'bt2020' | 'dci' | 'ebu' | 'smpte240' | 'srgb' | 'pq' | 'hlg'; // prettier-ignore

/** Grey files hold the green of each patch. */
const SHOWN_GREY = {
  linear: [90, 231, 124, 188, 90, 196, 208, 255],
  gamma18: [35, 214, 66, 146, 35, 158, 177, 255],
  gamma22: [19, 205, 48, 129, 19, 141, 162, 255],
} as const;

const P3 = [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329] as const;
const ADOBE = [0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329] as const;
const PRO_PHOTO = [0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001, 0.3457, 0.3585] as const;

const power =
  (exponent: number): Curve =>
  (value) =>
    value ** exponent;

/** Every profile has the name of sRGB. */
function profile(curve: Curve, primaries?: typeof SRGB_PRIMARIES): Buffer {
  const matrix = primaries && matrixOf(primaries);
  return writeProfile({ name: 'sRGB IEC61966-2.1', curve, ...(matrix ? { matrix } : {}) });
}

const PROFILES: readonly (readonly [Shown, Buffer])[] = [
  ['linear', profile(power(1), SRGB_PRIMARIES)],
  ['gamma18', profile(power(1.8), SRGB_PRIMARIES)],
  ['adobe', profile(power(563 / 256), ADOBE)],
  ['proPhoto', profile(power(1.8), PRO_PHOTO)],
  ['p3', profile(srgbDecode, P3)],
  ['srgb', profile(srgbDecode, SRGB_PRIMARIES)],
];
const GREY_PROFILES = [
  ['linear', profile(power(1))],
  ['gamma18', profile(power(1.8))],
  ['gamma22', profile(power(2.2))],
] as const;

/** Centres of the patches, as displayed. */
async function patchesOf(file: Uint8Array): Promise<number[][]> {
  // sharp converts 16 bits to Display P3: reduce them first.
  const shallow = await sharp(file, { ignoreIcc: true }).keepIccProfile().png().toBuffer();
  const { data, info } = await sharp(shallow)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return PATCHES.map((_, index) => {
    const at = (PATCH / 2) * info.width + index * PATCH + PATCH / 2;
    const pixel = [...data.subarray(at * info.channels, (at + 1) * info.channels)];
    return info.channels < 3 ? [0, 0, 0].map(() => pixel[0] ?? 0) : pixel.slice(0, 3);
  });
}

/** Root mean square of the differences, 0 to 255. */
function distance(one: readonly (readonly number[])[], other: readonly (readonly number[])[]) {
  const squares = one.flatMap((pixel, index) =>
    pixel.map((value, channel) => (value - (other[index]?.[channel] ?? 0)) ** 2),
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

/** Renders with each colour space and compares what the outputs show. */
async function expectShown(file: Uint8Array, shown: Colours, tolerance = 3.5): Promise<void> {
  for (const space of ['srgb', 'keep', 'p3']) {
    const steps = [{ colourspace: space }, { encode: 'png' }];
    const { bytes } = await renderOne(engine, catalog, file, steps);
    expect(distance(await patchesOf(bytes), shown), space).toBeLessThan(tolerance);
  }
}

const greyShown = (levels: readonly number[]) =>
  levels.map((level) => [level, level, level] as const);

const SRGB_GREY = greyShown(PATCHES.map(([, green]) => Math.round(255 * green)));

describe.each(PROFILES)('a profile named sRGB that is %s', (name, icc) => {
  const shown = SHOWN[name] ?? [];

  test.each([
    ['PNG', patchPng({ iCCP: iccChunk(icc) })],
    ['PNG of 16 bits', patchPng({ iCCP: iccChunk(icc) }, { bits: 16 })],
    ['PNG with alpha', patchPng({ iCCP: iccChunk(icc) }, { alpha: 0.5 })],
    ['PNG with cHRM and gAMA', patchPng({ iCCP: iccChunk(icc), gAMA: gammaChunk(0.3) })],
    ['JPEG', patchJpeg(icc)],
    ['WebP', patchWebp(icc)],
    ['WebP with alpha', patchWebp(icc, { alpha: 0.5 })],
    ['TIFF', tiffOf(patchSamples(), [WIDTH, PATCH], { bits: 8, channels: 3, profile: icc })],
    [
      'TIFF of 16 bits',
      tiffOf(patchSamples(), [WIDTH, PATCH], { bits: 16, channels: 3, profile: icc }),
    ],
  ])('is decided by its numbers in a %s', async (_, file) => {
    await expectShown(await file, shown);
  });
});

describe.each(GREY_PROFILES)('a grey profile that is %s', (name, icc) => {
  const shown = greyShown(SHOWN_GREY[name]);
  const tiff = (bits: 8 | 16, channels: 1 | 2, photometric?: number) =>
    tiffOf(
      patchSamples({ grey: true, ...(channels === 2 ? { alpha: 0.5 } : {}) }),
      [WIDTH, PATCH],
      { bits, channels, profile: icc, ...(photometric === undefined ? {} : { photometric }) },
    );

  test.each([
    ['a PNG of 8 bits', patchPng({ iCCP: iccChunk(icc) }, { grey: true })],
    ['a PNG of 16 bits', patchPng({ iCCP: iccChunk(icc) }, { grey: true, bits: 16 })],
    [
      'a PNG of 16 bits with alpha',
      patchPng({ iCCP: iccChunk(icc) }, { grey: true, bits: 16, alpha: 0.5 }),
    ],
    ['a TIFF of 8 bits', tiff(8, 1)],
    ['a TIFF of 16 bits', tiff(16, 1)],
    ['a TIFF of 16 bits with alpha', tiff(16, 2)],
    ['a JPEG', patchJpeg(icc, { grey: true })],
  ])('applies to %s', async (_, file) => {
    await expectShown(await file, shown);
  });

  test('applies to 16 bits with white at 0 as to 8 bits', async () => {
    const [deep, shallow] = await Promise.all(
      ([16, 8] as const).map(async (bits) => {
        const { bytes } = await renderOne(engine, catalog, tiff(bits, 1, 0), [{ encode: 'png' }]);
        return patchesOf(bytes);
      }),
    );
    expect(distance(deep ?? [], shallow ?? [])).toBeLessThan(1.5);
  });
});

test('a grey profile of tables applies to 16 bits as to 8 bits', async () => {
  // The curve's tag is renamed, and a table takes precedence over curves.
  const icc = profile(power(1.8));
  icc.write('A2B0', icc.indexOf('kTRC'), 'latin1');
  const facts = await engine.inspect(patchPng({ iCCP: iccChunk(icc) }, { grey: true, bits: 16 }));
  expect(facts.coding).toEqual({
    ...{ depth: 8, space: 'grey', profile: 'other', profileTables: true, correctedFrom: 16 },
  });
});

const codePoints = (primaries: number, transfer: number, fullRange = 1) => ({
  cICP: Buffer.from([primaries, transfer, 0, fullRange]),
});
const whiteFirst = ([rx, ry, gx, gy, bx, by, wx, wy]: typeof SRGB_PRIMARIES) =>
  chromaticityChunk([wx, wy, rx, ry, gx, gy, bx, by]);

describe.each([8, 16] as const)('a PNG of %i bits', (bits) => {
  const linear = iccChunk(profile(power(1), SRGB_PRIMARIES));

  test.each<[string, Readonly<Record<string, Buffer>>, Shown]>([
    ['cICP Display P3', codePoints(12, 13), 'p3'],
    ['cICP BT.2020 with the curve of sRGB', codePoints(9, 13), 'bt2020'],
    ['cICP linear', codePoints(1, 8), 'linear'],
    ['cICP linear Display P3', codePoints(12, 8), 'p3Linear'],
    ['cICP gamma 2.2', codePoints(1, 4), 'gamma22'],
    ['cICP gamma 2.8', codePoints(1, 5), 'gamma28'],
    ['cICP BT.709', codePoints(1, 1), 'gamma24'],
    ['cICP SMPTE 240', codePoints(1, 7), 'smpte240'],
    ['cICP DCI-P3', codePoints(11, 13), 'dci'],
    ['cICP unspecified', codePoints(2, 2), 'srgb'],
    ['cICP of four other bytes', { cICP: Buffer.from([12, 13, 9, 1]) }, 'srgb'],
    ['gAMA 1', { gAMA: gammaChunk(1) }, 'linear'],
    ['gAMA 1/1.8', { gAMA: gammaChunk(1 / 1.8) }, 'gamma18'],
    ['gAMA 1/2.2, which counts as sRGB', { gAMA: gammaChunk(1 / 2.2) }, 'srgb'],
    ['gAMA 0, which is no gamma', { gAMA: gammaChunk(0) }, 'srgb'],
    ['gAMA and cHRM', { gAMA: gammaChunk(1 / 2.2), cHRM: whiteFirst(P3) }, 'p3Gamma22'],
    ['cHRM alone, which says nothing', { cHRM: whiteFirst(P3) }, 'srgb'],
    ['sRGB before gAMA', { sRGB: Buffer.from([0]), gAMA: gammaChunk(1) }, 'srgb'],
    ['cICP before iCCP', { ...codePoints(12, 13), iCCP: linear }, 'p3'],
    ['cICP of sRGB before iCCP', { ...codePoints(1, 13), iCCP: linear }, 'srgb'],
    ['iCCP before gAMA', { iCCP: linear, gAMA: gammaChunk(0.3) }, 'linear'],
  ])('with %s', async (_, chunks, shown) => {
    await expectShown(patchPng(chunks, { bits }), SHOWN[shown] ?? []);
  });

  test.each([
    ['gAMA', { gAMA: gammaChunk(1) }, 'linear'],
    ['gAMA 1/1.8', { gAMA: gammaChunk(1 / 1.8) }, 'gamma18'],
    ['cICP', codePoints(1, 8), 'linear'],
  ] as const)('of grey with %s', async (_, chunks, shown) => {
    await expectShown(patchPng(chunks, { bits, grey: true }), greyShown(SHOWN_GREY[shown]));
  });

  test('expands narrow-range code points', async () => {
    // ITU-T H.273, 8.3: black is 16, white is 235, of 255.
    const expanded = PATCHES.map((colour) =>
      colour.map((value) => Math.min(255, Math.max(0, ((value * 255 - 16) * 255) / 219))),
    ) as unknown as Colours;
    await expectShown(patchPng(codePoints(1, 13, 0), { bits }), expanded);
  });
});

test.each<[string, readonly [number, number], Shown]>([
  ['Display P3', [12, 13], 'p3'],
  ['BT.2020', [9, 13], 'bt2020'],
  ['BT.2020 with its own curve', [9, 14], 'bt2020'],
  ['linear light', [1, 8], 'linear'],
  ['linear Display P3', [12, 8], 'p3Linear'],
  ['gamma 2.2', [1, 4], 'gamma22'],
  ['gamma 2.8', [1, 5], 'gamma28'],
  ['EBU primaries', [5, 6], 'ebu'],
  ['BT.709, which counts as sRGB', [1, 1], 'srgb'],
  ['unspecified code points', [2, 2], 'srgb'],
])('an AVIF of %s', async (_, points, shown) => {
  await expectShown(await patchAvif(points), SHOWN[shown] ?? []);
  await expectShown(await patchAvif(points, { alpha: 0.5 }), SHOWN[shown] ?? []);
});

test.each<[string, readonly [number, number], Shown]>([
  ['PQ', [9, 16], 'pq'],
  ['HLG', [9, 18], 'hlg'],
])('%s is tone-mapped, in AVIF and PNG alike', async (_, points, shown) => {
  const files = [
    await patchAvif(points),
    patchPng(codePoints(...points)),
    patchPng(codePoints(...points), { bits: 16 }),
    patchPng(codePoints(...points), { alpha: 0.5 }),
  ];
  // Another tone curve than Chromium's, which is why the tolerance is wide.
  for (const file of files) await expectShown(file, SHOWN[shown] ?? [], 30);
});

test.each([
  ['pixels that are sRGB by their code points', await patchAvif([1, 13]), 'none'],
  ['pixels of Display P3', await patchAvif([12, 13]), 'other'],
])('the header says whether %s need a conversion', async (_, file, wanted) => {
  expect((await engine.inspect(file)).coding?.profile).toBe(wanted);
});

describe('an AVIF of avifenc', () => {
  test.each([
    ['premultiplied', AVIFS.premultiplied8, SHOWN['srgb']],
    ['premultiplied, of 10 bits', AVIFS.premultiplied10, SHOWN['srgb']],
    ['Display P3 of 10 bits', AVIFS.p3Of10Bits, SHOWN['p3']],
    ['limited-range grey', AVIFS.limitedGrey8, SRGB_GREY],
    ['limited-range grey of 10 bits', AVIFS.limitedGrey10, SRGB_GREY],
    ['limited-range grey, premultiplied', AVIFS.premultipliedLimitedGrey, SRGB_GREY],
  ])('%s', async (_, file, shown = []) => {
    await expectShown(file, shown, 3);
  });

  test('PQ of 10 bits', async () => {
    await expectShown(AVIFS.pqOf10Bits, SHOWN['pq'] ?? [], 30);
  });

  test('keeps its alpha when it is divided', async () => {
    const { bytes } = await renderOne(engine, catalog, AVIFS.premultiplied8, [{ encode: 'png' }]);
    const { data } = await sharp(bytes)
      .extractChannel(3)
      .raw()
      .toBuffer({ resolveWithObject: true });
    // 0.4 of 255.
    expect(Math.min(...data)).toBeGreaterThan(100);
    expect(Math.max(...data)).toBeLessThan(104);
  });
});

describe('TIFF samples', () => {
  const tiff = (
    layout: Omit<Parameters<typeof tiffOf>[2], 'bits'> & { readonly bits?: 8 | 16 | 32 | 64 },
  ) =>
    tiffOf(
      patchSamples({ grey: layout.channels < 3, ...(layout.channels % 2 ? {} : { alpha: 0.5 }) }),
      [WIDTH, PATCH],
      { bits: 32, ...layout },
    );

  test.each([1, 2, 3, 4] as const)(
    '32-bit unsigned ones are scaled, %i channels',
    async (channels) => {
      const shown = channels < 3 ? SRGB_GREY : (SHOWN['srgb'] ?? []);
      await expectShown(tiff({ channels }), shown);
      await expectShown(tiff({ channels, little: false }), shown);
    },
  );

  test.each([1, 2, 3, 4] as const)(
    'floats of 0 to 1 are linear light, %i channels',
    async (channels) => {
      const shown = channels < 3 ? greyShown(SHOWN_GREY.linear) : (SHOWN['linear'] ?? []);
      await expectShown(tiff({ type: 'float', channels }), shown);
      await expectShown(tiff({ type: 'float', channels, little: false }), shown);
    },
  );

  test('floats with white at 0 are inverted', async () => {
    const inverted = tiffOf(
      patchSamples({ grey: true }).map((value) => 1 - value),
      [WIDTH, PATCH],
      { type: 'float', bits: 32, channels: 1, photometric: 0 },
    );
    await expectShown(inverted, greyShown(SHOWN_GREY.linear));
  });

  test('floats with a profile are read by it', async () => {
    const icc = profile(srgbDecode, P3);
    await expectShown(tiff({ type: 'float', channels: 3, profile: icc }), SHOWN['p3'] ?? []);
    const grey = profile(power(1.8));
    const file = tiff({ type: 'float', channels: 1, profile: grey });
    await expectShown(file, greyShown(SHOWN_GREY.gamma18));
  });

  test('floats outside 0 to 1 are clipped, and those that are not numbers become black', async () => {
    const samples = [-1, 2, Number.NaN, 0.5];
    const file = tiffOf(samples, [4, 1], { type: 'float', bits: 32, channels: 1 });
    const { bytes } = await renderOne(engine, catalog, file, [{ encode: 'png' }]);
    const pixels = await sharp(bytes).toColourspace('b-w').raw().toBuffer();
    expect([...pixels]).toEqual([0, 255, 0, 188]);
  });

  test('alpha of 32 bits stays', async () => {
    for (const type of ['uint', 'float'] as const) {
      for (const channels of [2, 4] as const) {
        const { bytes } = await renderOne(engine, catalog, tiff({ type, channels }), [
          { encode: 'png' },
        ]);
        const alpha = await sharp(bytes)
          .toColourspace('srgb')
          .ensureAlpha()
          .extractChannel('alpha')
          .raw()
          .toBuffer();
        expect([Math.min(...alpha), Math.max(...alpha)]).toEqual([128, 128]);
      }
    }
  });

  test.each([
    ['signed samples of 8 bits', { type: 'int', bits: 8 }],
    ['signed samples of 16 bits', { type: 'int', bits: 16 }],
    ['signed samples of 32 bits', { type: 'int', bits: 32 }],
    ['floating-point samples of 64 bits', { type: 'float', bits: 64 }],
  ] as const)('%s are rejected by name', async (name, layout) => {
    for (const channels of [1, 3] as const) {
      await expect(engine.inspect(tiff({ ...layout, channels }))).rejects.toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
        message: expect.stringContaining(name),
      });
    }
  });
});

test('CMYK of 16 bits is the same picture with its colours kept', async () => {
  const cmyk = await sharp(patchPng({}))
    .toColourspace('cmyk')
    .withIccProfile('cmyk')
    .tiff()
    .toBuffer();
  const { data, info } = await sharp(cmyk, { ignoreIcc: true })
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { icc } = await sharp(cmyk).metadata();
  const deep = tiffOf(
    [...data].map((value) => value / 255),
    [info.width, info.height],
    {
      bits: 16,
      channels: 4,
      photometric: 5,
      ...(icc ? { profile: icc } : {}),
    },
  );
  const pictures = await Promise.all(
    ['srgb', 'keep'].map(async (colourspace) => {
      const { bytes } = await renderOne(engine, catalog, deep, [
        { colourspace },
        { encode: 'png' },
      ]);
      return patchesOf(bytes);
    }),
  );
  expect(distance(pictures[0] ?? [], pictures[1] ?? [])).toBeLessThan(1);
});

describe('a profile', () => {
  test('of sRGB needs no conversion, if its curve is parametric or approximated', () => {
    const approximated = profile((value) => {
      const [place, below] = [value * 25, Math.floor(value * 25)];
      const [low, high] = [srgbDecode(below / 25), srgbDecode((below + 1) / 25)];
      return low + (place - below) * (high - low);
    }, SRGB_PRIMARIES);
    expect(profileKind(approximated, 'rgb')).toBe('srgb');
  });

  test('of tables is converted', () => {
    const tables = profile(srgbDecode, SRGB_PRIMARIES);
    tables.write('A2B0', tables.indexOf('cprt'), 'latin1');
    expect(profileKind(tables, 'rgb')).toBe('other');
  });

  test('of gamma 2.2 is not sRGB', () => {
    expect(profileKind(profile(power(2.2), SRGB_PRIMARIES), 'rgb')).toBe('other');
  });
});
