import { describe, expect, test } from 'vitest';
import type { SourceFacts } from '../image-engine.ts';
import {
  canConvertLast,
  decodeMode,
  decodeModeKey,
  LOST_PROFILE,
  sourcePixels,
} from './decode-mode.ts';
import { variantSettings } from './variant-settings.ts';

type Coding = NonNullable<SourceFacts['coding']>;
const facts = (more: Partial<SourceFacts> = {}, coding: Partial<Coding> = {}): SourceFacts => ({
  ...{ format: 'png', width: 100, height: 100, orientation: 1, pages: 1, bytes: 1 },
  ...{ hasAlpha: false, progressive: false },
  coding: { depth: 8, space: 'rgb', profile: 'none', ...coding },
  ...more,
});
const mode = (of: SourceFacts, settings: Record<string, unknown>, animated?: 'first') => {
  const steps = Object.entries(settings).map(([transform, value]) => ({
    transform,
    options: transform === 'encode' ? { format: value } : { space: value },
  }));
  return decodeModeKey(
    decodeMode(of, variantSettings({ steps, ...(animated && { animated }) }, of)),
  );
};

describe('frames', () => {
  const moving = (format: SourceFacts['format']) => facts({ format, pages: 3 });

  test.each<[expected: string, format: SourceFacts['format'], to: string]>([
    ['frames srgb 8', 'gif', 'webp'],
    ['frames srgb 8', 'webp', 'gif'],
    ['first srgb 8', 'gif', 'jpeg'],
    ['first srgb 8', 'tiff', 'webp'],
    ['first srgb 8', 'avif', 'webp'],
  ])('%s: %s to %s', (expected, format, to) => {
    expect(mode(moving(format), { encode: to })).toBe(expected);
  });

  test('of a still picture, or of a variant that keeps the first, are one', () => {
    expect(mode(facts({ format: 'gif' }), { encode: 'webp' })).toBe('first srgb 8');
    expect(mode(moving('gif'), { encode: 'webp' }, 'first')).toBe('first srgb 8');
  });

  test('have no profile', () => {
    const wide = facts({ format: 'webp', pages: 3 }, { profile: 'other' });
    expect(mode(wide, { encode: 'webp', colourspace: 'keep' })).toBe('frames srgb 8');
  });
});

describe('colours', () => {
  test.each<[expected: string, coding: Partial<Coding>, to: string]>([
    ['first own colours 8', { profile: 'other' }, 'keep'],
    ['first own colours 8', { profile: 'srgb' }, 'keep'],
    ['first srgb 8', {}, 'keep'],
    ['first srgb 8', { profile: 'other' }, 'srgb'],
    ['first own colours 8', { profile: 'other' }, 'p3'],
    ['first srgb 8', { profile: 'srgb' }, 'p3'],
    ['first srgb 8', { profile: 'other', space: 'cmyk' }, 'p3'],
    ['first srgb 8', { profile: 'other', space: 'cmyk' }, 'keep'],
    ['first srgb 8', { profile: 'other', space: 'grey' }, 'keep'],
  ])('%s: %j to %s', (expected, coding, to) => {
    expect(mode(facts({}, coding), { encode: 'webp', colourspace: to })).toBe(expected);
  });
});

describe('bits', () => {
  test.each<[expected: string, coding: Partial<Coding>, format: string, to: string]>([
    ['first srgb 16', { depth: 16 }, 'png', 'keep'],
    ['first srgb 16', { depth: 16 }, 'tiff', 'keep'],
    ['first srgb 8', { depth: 16 }, 'webp', 'keep'],
    ['first srgb 8', { depth: 16 }, 'png', 'srgb'],
    ['first srgb 8', { depth: 8 }, 'png', 'keep'],
    ['first srgb 16', { depth: 16, space: 'grey' }, 'png', 'keep'],
    ['first srgb 8', { depth: 16, space: 'cmyk', profile: 'other' }, 'tiff', 'keep'],
  ])('%s: %j as %s, colourspace %s', (expected, coding, format, to) => {
    expect(mode(facts({}, coding), { encode: format, colourspace: to })).toBe(expected);
  });
});

describe('values of the file that a step shows', () => {
  const display = { type: 'window', centre: 40, width: 400, shape: 'linear' } as const;
  const moving = facts({ format: 'gif', pages: 3 });

  test('are those of the first frame, in a decode of their own', () => {
    const shown = decodeMode(moving, { ...variantSettings({ steps: [] }, moving), display });
    expect(shown).toMatchObject({ animated: false, display });
    expect(decodeModeKey(shown)).toBe(`first srgb 8 ${JSON.stringify(display)}`);
    expect(decodeMode(moving, variantSettings({ steps: [] }, moving))).not.toHaveProperty(
      'display',
    );
  });

  test('are converted before any step', () => {
    const wide = facts({}, { profile: 'other' });
    const plain = decodeMode(wide, {});
    expect(canConvertLast(wide, plain)).toBe(true);
    expect(canConvertLast(wide, { ...plain, display })).toBe(false);
    expect(canConvertLast(wide, { ...plain, animated: true })).toBe(false);
    expect(canConvertLast(wide, { ...plain, keepColours: true })).toBe(false);
  });
});

test('16 bits are for variants whose every format has them', () => {
  const deep = facts({}, { depth: 16 });
  const of = (...formats: string[]) => {
    const options = { format: 'smallest', of: formats.map((format) => ({ format })) };
    const steps = [
      { transform: 'colourspace', options: { space: 'keep' } },
      { transform: 'encode', options },
    ];
    return decodeMode(deep, variantSettings({ steps }, deep)).depth;
  };
  expect(of('png', 'tiff')).toBe(16);
  expect(of('png', 'webp')).toBe(8);
});

test('16 bits with a profile are converted by the decoder', () => {
  const deep = facts({}, { depth: 16, profile: 'other' });
  expect(canConvertLast(deep, decodeMode(deep, {}))).toBe(false);
  const kept = { animated: false, keepColours: true, depth: 16 } as const;
  expect(sourcePixels(deep, kept)).toEqual({});
  expect(sourcePixels(deep, { ...kept, depth: 8 })).toEqual({ sealed: LOST_PROFILE });
});

test('an upload whose coding is not known is 8-bit RGB without a profile', () => {
  const { coding: _, ...unknown } = facts();
  expect(mode(unknown, { encode: 'png', colourspace: 'keep' })).toBe('first srgb 8');
  expect(decodeModeKey(decodeMode(unknown))).toBe('first srgb 8');
  expect(sourcePixels(unknown, decodeMode(unknown))).toEqual({});
});

describe('pixels that sharp converts at the end of the decoding pipeline', () => {
  const plain = { animated: false, keepColours: false, depth: 8 } as const;
  const own = { ...plain, keepColours: true };
  const deep = { ...plain, depth: 16 } as const;

  test.each([
    ['8-bit RGB', {}, plain, {}],
    ['grey', { space: 'grey' }, plain, { unusual: 'grey ones' }],
    ['16 bits', { depth: 16 }, plain, { unusual: '16-bit ones' }],
    ['16 bits that stay', { depth: 16 }, deep, {}],
    ['16 bits with a kept profile', { depth: 16, profile: 'other' }, own, { sealed: LOST_PROFILE }],
    ['8 bits with a kept profile', { profile: 'other' }, own, {}],
  ] as const)('%s', (_, coding, of, expected) => {
    expect(sourcePixels(facts({}, coding), of)).toEqual(expected);
  });

  test('16 bits of another profile take no step', () => {
    for (const of of [plain, deep])
      expect(sourcePixels(facts({}, { depth: 16, profile: 'other' }), of)).toEqual({
        sealed: 'sharp converts the colours of 16-bit pixels at the end of a pipeline',
      });
  });

  test('a TIFF of 16 bits may be Lab or floats', () => {
    const tiff = facts({ format: 'tiff' }, { depth: 16 });
    expect(sourcePixels(tiff, deep)).toEqual({ unusual: 'a TIFF’s own' });
    expect(sourcePixels(facts({ format: 'tiff' }), plain)).toEqual({});
  });
});
