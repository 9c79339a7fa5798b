import { createHash } from 'node:crypto';
import { OUTPUT_FORMATS } from '@darkroom/transforms';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LONG_PREFIX, MAX_KEY_BYTES, outputKeys } from './keys.ts';
import { isFolderMarker, recipesSchema, type Recipe } from '../recipe/recipe.ts';

function recipeWith(...names: string[]): Recipe {
  const variants = names.map((name) => ({ name, steps: [] }));
  const [recipe] = recipesSchema.parse([{ name: 'photos', variants }]);
  if (!recipe) throw new Error('there is a recipe');
  return recipe;
}

const recipe = recipeWith('thumb', 'w1280-webp');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** All keys that the upload's outputs could have. */
function allKeys(key: string, given = recipe): string[] {
  const keys = outputKeys(key, given);
  const outputs = given.variants.flatMap(({ name }) =>
    OUTPUT_FORMATS.map((format) => keys.output(name, format)),
  );
  return [keys.manifest, ...outputs];
}

test('outputs stand directly below the key of their upload', () => {
  const keys = outputKeys('uploads/cat.jpg', recipe);
  expect(keys.prefix).toBe('uploads/cat.jpg/');
  expect(keys.manifest).toBe('uploads/cat.jpg/manifest.json');
  expect(keys.output('thumb', 'webp')).toBe('uploads/cat.jpg/thumb.webp');
  expect(OUTPUT_FORMATS.map((format) => keys.output('thumb', format).split('.').at(-1))).toEqual([
    'jpg',
    'png',
    'webp',
    'avif',
    'gif',
    'tiff',
    'pdf',
  ]);
});

describe('a key that leaves no room', () => {
  // 15 bytes of `/w1280-webp.webp` are the longest addition, whatever format is written in the end.
  const longest = MAX_KEY_BYTES - '/w1280-webp.webp'.length;

  test('is replaced by its hash from the first byte on that would be too many', () => {
    const fits = 'k'.repeat(longest);
    expect(outputKeys(fits, recipe).prefix).toBe(`${fits}/`);
    expect(allKeys(fits).map((key) => key.length)).toContain(MAX_KEY_BYTES);
    const tooLong = `${fits}k`;
    expect(outputKeys(tooLong, recipe).prefix).toBe(`_long/${sha256(tooLong)}/`);
  });

  test('is measured in bytes, not in characters', () => {
    const key = '猫'.repeat(340);
    expect(outputKeys(key, recipe).prefix).toBe(`_long/${sha256(key)}/`);
  });

  test('has room for the manifest at least', () => {
    const key = 'k'.repeat(MAX_KEY_BYTES - '/manifest.json'.length);
    expect(outputKeys(key, recipeWith('a')).prefix).toBe(`${key}/`);
    expect(outputKeys(`${key}k`, recipeWith('a')).prefix).toMatch(/^_long\//);
  });
});

describe('no two uploads share a place', () => {
  const victim = 'v'.repeat(1020);
  test.each([
    ['a.jpg', 'a.jpg/b.jpg'],
    ['a.jpg', 'a.jpg/manifest.json'],
    ['a.jpg', 'a.jpg/thumb.webp'],
    ['a.jpg', 'a.png'],
    // An uploader who knows the hash of another's key cannot get at its outputs.
    [victim, `_long/${sha256(victim)}`],
    ['_long/x', `_long/${sha256('_long/x')}`],
  ])('%.40s and %.40s', (one, other) => {
    expect(allKeys(one).filter((key) => allKeys(other).includes(key))).toEqual([]);
    expect(outputKeys(one, recipe).prefix).not.toBe(outputKeys(other, recipe).prefix);
  });

  const part = fc.constantFrom(
    ...['a', 'a.jpg', '/', 'thumb.webp', 'manifest.json', LONG_PREFIX, '+', ' ', '%2F', '猫', '🦊'],
    ...['x'.repeat(500), sha256('a'), sha256(victim)],
  );
  const uploadKey = fc
    .oneof(
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1024 }),
    )
    .filter((key) => Buffer.byteLength(key) <= MAX_KEY_BYTES && !isFolderMarker(key));

  test('whatever the keys are; and none is longer than S3 allows', () => {
    fc.assert(
      fc.property(uploadKey, uploadKey, (one, other) => {
        const { prefix } = outputKeys(one, recipe);
        for (const key of allKeys(one)) {
          expect(Buffer.byteLength(key)).toBeLessThanOrEqual(MAX_KEY_BYTES);
          // Directly below the prefix, so that a listing by `/` finds it and nothing of another upload.
          expect(key.slice(0, key.lastIndexOf('/') + 1)).toBe(prefix);
        }
        if (one !== other) expect(outputKeys(other, recipe).prefix).not.toBe(prefix);
      }),
    );
  });
});
