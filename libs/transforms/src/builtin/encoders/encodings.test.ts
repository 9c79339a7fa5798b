import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Effort, SourceFormat } from '../../image-engine.ts';
import { defaultEncoding } from '../encode.ts';
import {
  encodingsOf,
  holdsAnimation,
  isCompared,
  isSearched,
  maxBytesOf,
  mayExceed,
  setEncoder,
  wantedQuality,
} from './encodings.ts';
import { playedAs } from './shared-options.ts';
import { setTiff, tiffSchema } from './tiff.ts';

const one = (given: unknown, effort: Effort = 'balanced', format: SourceFormat = 'jpeg') =>
  encodingsOf(given, format, effort);

describe('the options of an encoder', () => {
  test.each<[format: string, byEffort: Record<Effort, object>]>([
    [
      'jpeg',
      {
        fast: { progressive: false, mozjpeg: false },
        balanced: { progressive: true, mozjpeg: false },
        small: { progressive: true, mozjpeg: true },
      },
    ],
    [
      'png',
      {
        fast: { compressionLevel: 2, effort: 1 },
        balanced: { compressionLevel: 6, effort: 7 },
        small: { compressionLevel: 9, effort: 7, adaptiveFiltering: true },
      },
    ],
    ['webp', { fast: { effort: 2 }, balanced: { effort: 4 }, small: { effort: 6 } }],
    ['avif', { fast: { effort: 0 }, balanced: { effort: 1 }, small: { effort: 3 } }],
    ['gif', { fast: { effort: 1 }, balanced: { effort: 7 }, small: { effort: 7 } }],
    [
      'tiff',
      {
        fast: { compression: 'lzw' },
        balanced: { compression: 'lzw' },
        small: { compression: 'deflate' },
      },
    ],
    ['pdf', { fast: {}, balanced: {}, small: {} }],
  ])('depend on the effort of the recipe: %s', (format, byEffort) => {
    for (const [effort, preset] of Object.entries(byEffort)) {
      const expected = { ...defaultEncoding(format as 'jpeg'), ...preset };
      expect(one({ format }, effort as Effort)).toEqual([expected]);
    }
  });

  test('are those of the step where it sets them', () => {
    expect(one({ format: 'jpeg', progressive: false }, 'small')).toMatchObject([
      { progressive: false, mozjpeg: true },
    ]);
  });

  test('are those of the recipe where the step sets undefined', () => {
    expect(one({ format: 'jpeg', progressive: undefined })).toMatchObject([{ progressive: true }]);
  });

  test('do not filter the rows of a palette', () => {
    const palette = { format: 'png', palette: true };
    expect(one(palette, 'small')).toMatchObject([{ adaptiveFiltering: false }]);
    expect(one({ ...palette, adaptiveFiltering: true })).toMatchObject([
      { adaptiveFiltering: true },
    ]);
  });
});

test.each<[SourceFormat, format: string]>([
  ['jpeg', 'jpeg'],
  ['gif', 'gif'],
  ['svg', 'png'],
  ['pdf', 'png'],
])('without a format, a %s becomes a %s', (source, format) => {
  for (const given of [undefined, { format: 'source' }])
    expect(one(given, 'fast', source)).toMatchObject([{ format }]);
});

test('`smallest` has the options of each candidate', () => {
  const of = ['webp', { format: 'jpeg', quality: 70 }];
  expect(one({ format: 'smallest', of }, 'fast')).toMatchObject([
    { format: 'webp', quality: 80, effort: 2 },
    { format: 'jpeg', quality: 70, mozjpeg: false },
  ]);
});

describe('what an encoding is', () => {
  const encoding = (given: object) => {
    const [found] = one({ format: 'jpeg', ...given });
    return found ?? defaultEncoding('jpeg');
  };

  test('a format with frames', () => {
    const formats = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'pdf'] as const;
    expect(formats.filter((format) => holdsAnimation({ format }))).toEqual(['webp', 'gif']);
  });

  test.each([
    [{}, { most: undefined, exceeds: false, compared: false, searched: false }],
    [{ maxBytes: 9 }, { most: 9, exceeds: false, compared: false, searched: true }],
    [
      { maxBytes: 9, otherwise: 'exceed' },
      { most: 9, exceeds: true, compared: false, searched: true },
    ],
    [
      { maxBytes: 9, otherwise: 'reject' },
      { most: 9, exceeds: false, compared: false, searched: true },
    ],
    [
      { quality: { ssim: 0.9 } },
      { most: undefined, exceeds: false, compared: true, searched: true },
    ],
    [{ format: 'gif' }, { most: undefined, exceeds: false, compared: false, searched: false }],
  ])('%j', (given, { most, exceeds, compared, searched }) => {
    const found = encoding(given);
    expect(maxBytesOf(found)).toBe(most);
    expect(mayExceed(found)).toBe(exceeds);
    expect(isCompared(found)).toBe(compared);
    expect(isSearched(found)).toBe(searched);
  });

  test.each([
    [{}, 499, 80],
    [{ quality: 7 }, 499, 7],
    [{ quality: { ssim: 0.9 } }, 499, { ssim: 0.9 }],
    [{ format: 'gif' }, 499, 100],
    [{ format: 'avif' }, 499, 65],
    [{ format: 'avif' }, 500, 60],
    [{ format: 'avif', quality: 7 }, 500, 7],
  ])('%j at %i pixels has the quality %j', (given, side, quality) => {
    expect(wantedQuality(encoding(given), side)).toEqual(quality);
  });
});

const photo = sharp({ create: { width: 64, height: 48, channels: 3, background: '#258' } });

test.each([
  ['pdf', 'jpeg'],
  ['jpeg', 'jpeg'],
  ['png', 'png'],
  ['webp', 'webp'],
  ['gif', 'gif'],
  ['tiff', 'tiff'],
])('the encoder of a %s makes a %s', async (format, made) => {
  const encoding = defaultEncoding(format as 'jpeg');
  const { info } = await setEncoder(photo.clone(), encoding, { quality: 80 }).toBuffer({
    resolveWithObject: true,
  });
  expect(info.format).toBe(made);
});

test.each([
  [{}, 300, 300],
  [{}, undefined, 0],
  [{ xres: 4 }, 300, 101.6],
  [{ yres: 4 }, 300, 0],
  [{ xres: 4, yres: 4 }, 300, 101.6],
])('a TIFF of %j and %j pixels per inch has %d', async (options, density, written) => {
  const given = tiffSchema.parse({ format: 'tiff', ...options });
  const file = await setTiff(photo.clone(), given, { quality: 80, density }).toBuffer();
  // sharp does not read the resolution of 1 pixel per millimetre, libvips' default.
  const { density: found = 0 } = await sharp(file).metadata();
  expect(Math.abs(found - written)).toBeLessThan(0.7);
});

test('a TIFF of JPEG compression has the quality', async () => {
  const noise = Buffer.from(Array.from({ length: 64 * 48 }, (_, at) => (at * 7919 * at) % 251));
  const image = sharp(noise, { raw: { width: 64, height: 48, channels: 1 } });
  const encoding = tiffSchema.parse({ format: 'tiff', compression: 'jpeg' });
  const bytes = async (quality: number) =>
    (await setEncoder(image.clone(), encoding, { quality }).toBuffer()).length;
  expect(await bytes(10)).toBeLessThan((await bytes(90)) / 1.5);
});

test('an animation plays as the step says, or else as the upload', () => {
  const own = { delay: [5, 6], loop: 3 };
  expect(playedAs({}, own)).toEqual(own);
  expect(playedAs({ loop: 0 }, own)).toEqual({ delay: [5, 6], loop: 0 });
  expect(playedAs({ delay: 9 }, own)).toEqual({ delay: [9, 9], loop: 3 });
  expect(playedAs({ loop: 0, delay: 9 }, {})).toEqual({});
});
