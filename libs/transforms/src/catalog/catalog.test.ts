import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtinTransforms } from '../builtin/index.ts';
import { defineTransform } from '../define-transform.ts';
import { createCatalog } from './catalog.ts';

const catalog = createCatalog(builtinTransforms);

function problems(step: unknown, schema: z.ZodType = catalog.stepSchema) {
  const result = schema.safeParse(step);
  return (result.error?.issues ?? []).map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));
}

describe('a step in the recipe’s form', () => {
  test('is a map with one key, and gets all defaults', () => {
    expect(catalog.stepSchema.parse({ resize: { width: 320 } })).toEqual({
      transform: 'resize',
      options: {
        width: 320,
        fit: 'cover',
        position: 'centre',
        background: '#000000',
        kernel: 'lanczos3',
        withoutEnlargement: false,
        withoutReduction: false,
        fastShrinkOnLoad: true,
        dpr: 1,
      },
    });
  });

  test('may be bare, or give a scalar for the main option', () => {
    const upright = { transform: 'rotate', options: { angle: 'auto', background: '#000000' } };
    expect(catalog.stepSchema.parse('rotate')).toEqual(upright);
    expect(catalog.stepSchema.parse({ rotate: 'auto' })).toEqual(upright);
    expect(catalog.stepSchema.parse({ rotate: null })).toEqual(upright);
    expect(catalog.stepSchema.parse({ encode: 'webp' }).options).toMatchObject({ quality: 80 });
  });

  test('that a catalog does not know lists what it knows', () => {
    expect(problems({ resise: { width: 1 } })).toEqual([
      {
        path: 'resise',
        message: expect.stringMatching(
          /^unknown transform "resise"; known: window, stretch, rotate, resize, crop, /,
        ),
      },
    ]);
  });

  test('with an unknown option names it and lists the allowed ones', () => {
    expect(problems({ resize: { widht: 320, height: 3 } })).toEqual([
      {
        path: 'resize.widht',
        message: expect.stringMatching(/^unknown option "widht"; allowed: width, height, fit, /),
      },
    ]);
  });

  test('with an unknown option of a format lists that format’s', () => {
    expect(problems({ encode: { format: 'webp', progressive: true } })).toEqual([
      {
        path: 'encode.progressive',
        message: expect.stringMatching(
          /allowed: format, quality, maxBytes, otherwise, alphaQuality, /,
        ),
      },
    ]);
  });

  test.each([
    [{ resize: { width: 1, fit: 'covr' } }, 'resize.fit', /"cover"\|"contain".*, got "covr"/],
    [{ resize: { width: -1 } }, 'resize.width', />=1, got -1/],
    [{ resize: {} }, 'resize', /needs a width, a height or both/],
    [{ resize: { width: 1, background: 'greyish' } }, 'resize.background', /CSS colour.*"greyish"/],
    [{ encode: 'webm' }, 'encode', /got "webm"/],
    [{ resize: 320 }, 'resize', /takes a map of options, got 320/],
    ['resize', 'resize', /^needs a width, a height or both/],
    [
      { crop: { aspectRatio: '1:1', focus: { x: 1 } } },
      'crop.focus.y',
      /^is missing: expected number$/,
    ],
    [
      { crop: { aspectRatio: '1:1', focus: { x: 1, y: 1, z: 1 } } },
      'crop.focus.z',
      /; allowed: x, y$/,
    ],
    [
      { encode: { format: 'smallest', of: ['webp', { format: 'gif', qualty: 1 }] } },
      'encode.of.1.qualty',
      /^unknown option "qualty"; allowed: format, colours, /,
    ],
    [{ grayscale: { x: 1 } }, 'grayscale.x', /^unknown option "x"; this transform has no options$/],
  ])('%j: the message names the value and the allowed values', (step, path, message) => {
    expect(problems(step)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  test.each([
    [{ rotate: 'auto', resize: { width: 1 } }, /2 keys \(rotate, resize\)/],
    [{}, /empty map/],
    [['rotate'], /map with one key/],
    [7, /got 7/],
  ])('rejects %j as a step', (step, message) => {
    expect(problems(step)).toEqual([{ path: '', message: expect.stringMatching(message) }]);
  });
});

describe('the steps of a variant', () => {
  test('have problems with paths into the recipe', () => {
    const recipe = z.strictObject({ steps: catalog.stepsSchema });
    expect(
      problems({ steps: ['rotate', { resize: { widht: 1, width: 1 } }] }, recipe)[0]?.path,
    ).toBe('steps.1.resize.widht');
  });

  test('say a setting once and end with encode', () => {
    const twice = [{ encode: 'webp' }, { encode: 'jpeg' }];
    expect(problems(twice, catalog.stepsSchema)).toEqual([
      { path: '1', message: 'a variant can use encode only once' },
    ]);
    expect(problems([{ encode: 'webp' }, 'rotate'], catalog.stepsSchema)).toEqual([
      {
        path: '1',
        message: 'rotate comes after encode, which writes the file: move encode to the end',
      },
    ]);
    expect(problems([{ encode: 'webp' }, 'metadata'], catalog.stepsSchema)).toEqual([]);
  });
});

describe('a catalog', () => {
  const blank = defineTransform({
    name: 'blank',
    version: 3,
    options: z.strictObject({}),
    apply: (image) => image,
  });

  test('refuses two transforms of one name', () => {
    expect(() => createCatalog([blank, blank])).toThrow('two transforms have the name "blank"');
  });

  test('returns the versions of the transforms that steps use', () => {
    const step = { transform: 'blank', options: {} };
    expect(createCatalog([blank]).versions([step, step])).toEqual({ blank: 3 });
  });
});
