import { describe, expect, test } from 'vitest';
import { defaultEncoding, type EncodeOptions } from '../builtin/encode.ts';
import type { FileStage } from './render-plan.ts';
import { candidates, checkFormatLimits, whyTooLarge } from './candidates.ts';

const stage = (
  formats: readonly EncodeOptions['format'][],
  { width = 100, height = 100, hasAlpha = false, animated = false } = {},
): FileStage => ({
  ...{ kind: 'file', id: 0, input: 'upload', operations: [], variant: 'web' },
  mode: { animated, keepColours: false, depth: 8 },
  shape: { width, height, orientation: 1, hasAlpha },
  settings: {
    encodings: formats.map((format) => defaultEncoding(format)),
    metadata: { exif: [], iccProfile: false, xmp: false, gainMap: false } as never,
    colourspace: 'srgb',
    animated: 'keep',
  },
});
const formatsOf = (...given: Parameters<typeof stage>) =>
  candidates(stage(...given)).map(({ format }) => format);

describe('of several formats, those remain that hold the picture', () => {
  test('with its transparency', () => {
    expect(formatsOf(['jpeg', 'webp', 'avif'], { hasAlpha: true })).toEqual(['webp', 'avif']);
    expect(formatsOf(['jpeg', 'webp'], { hasAlpha: false })).toEqual(['jpeg', 'webp']);
  });

  test('with its frames', () => {
    expect(formatsOf(['avif', 'webp', 'gif'], { animated: true })).toEqual(['webp', 'gif']);
    expect(formatsOf(['avif', 'webp'], { animated: false })).toEqual(['avif', 'webp']);
  });

  test('at its size', () => {
    expect(formatsOf(['webp', 'jpeg'], { width: 20_000 })).toEqual(['jpeg']);
  });

  test('or all, if none does', () => {
    expect(formatsOf(['jpeg'], { hasAlpha: true })).toEqual(['jpeg']);
    expect(formatsOf(['webp', 'avif'], { height: 70_000 })).toEqual(['webp', 'avif']);
  });
});

describe('the sides of a file are at most', () => {
  const tiffOfJpegs = { ...defaultEncoding('tiff'), compression: 'jpeg' } as EncodeOptions;
  test.each<[most: number, encoding: EncodeOptions]>([
    [65_500, defaultEncoding('jpeg')],
    [16_383, defaultEncoding('webp')],
    [16_384, defaultEncoding('avif')],
    [65_535, defaultEncoding('gif')],
    [2_147_483_647, defaultEncoding('png')],
    [2_147_483_647, defaultEncoding('tiff')],
    [65_500, tiffOfJpegs],
  ])('%d pixels: %j', (most, encoding) => {
    expect(whyTooLarge({ width: most, height: most }, encoding)).toBeUndefined();
    expect(whyTooLarge({ width: most + 1, height: 1 }, encoding)).toContain(`${most + 1}×1 pixels`);
    expect(whyTooLarge({ width: 1, height: most + 1 }, encoding)).toContain(`at most ${most}`);
  });

  test('those of the codec inside, which the problem names', () => {
    const size = { width: 65_501, height: 1 };
    expect(whyTooLarge(size, tiffOfJpegs)).toContain('do not fit into tiff of jpegs, whose');
    expect(whyTooLarge(size, defaultEncoding('jpeg'))).toContain('do not fit into jpeg, whose');
  });
});

test('a file that fits into none of its formats is too large', () => {
  const tall = { height: 70_000 };
  expect(checkFormatLimits(stage(['webp', 'png'], tall), 'photos')).toBeUndefined();
  expect(checkFormatLimits(stage(['webp', 'avif'], tall), 'photos')).toMatchObject({
    code: 'TOO_LARGE',
    message: expect.stringMatching(/^recipe photos, variant web: .* webp, .*; .* avif, /),
    place: { recipe: 'photos', variant: 'web' },
  });
});
