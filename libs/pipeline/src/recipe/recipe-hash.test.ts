import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { catalog, decodersOf } from '../catalog.ts';
import { type Limits, limitsSchema } from '../contract/limits.ts';
import { type Recipe, recipeSchema, type RecipeInput } from './recipe.ts';
import { canonicalJson, earlierRecipeHashes, recipeHash } from './recipe-hash.ts';

const limits = limitsSchema.parse({});
const photos: RecipeInput = {
  name: 'photos',
  match: { prefix: 'uploads/' },
  variants: [{ name: 'thumb', steps: [{ resize: { width: 200 } }, { encode: 'webp' }] }],
};
const hashOf = (input: RecipeInput) => recipeHash(recipeSchema.parse(input), limits);
type Steps = NonNullable<RecipeInput['variants'][number]['steps']>;
const withSteps = (...steps: Steps) => hashOf({ ...photos, variants: [{ name: 'v', steps }] });

test('it is short enough for a header', () => {
  expect(hashOf(photos)).toMatch(/^[0-9a-f]{16}$/);
});

/**
 * A change of these digits puts all outputs of all buckets out of date: each is made again, at the user's cost. The
 * members are not in alphabetical order on purpose.
 */
test('it is the same in every release, for the same recipe, limits and versions of transforms', () => {
  const versions = vi.spyOn(catalog, 'versions').mockReturnValue({ resize: 2, encode: 1 });
  try {
    const recipe = { name: 'photos', match: { suffixes: ['.jpg'], prefix: 'up/' }, variants: [] };
    const fixed = { pixels: 5, bytes: 3 };
    expect(recipeHash(recipe as unknown as Recipe, fixed as unknown as Limits)).toBe(
      '4dac75152af3227d',
    );
  } finally {
    versions.mockRestore();
  }
});

test('it changes with the versions of the decoders whose formats the recipe allows', () => {
  const heic = { ...photos, formats: ['jpeg', 'heic'] } satisfies RecipeInput;
  const recipe = recipeSchema.parse(heic);
  expect(decodersOf([recipe])).toMatchObject([{ name: 'heic', version: 1 }]);
  expect(decodersOf([recipeSchema.parse(photos)])).toEqual([]);
  const { version } = decodersOf([recipe])[0] ?? {};
  const transforms = { ...catalog.versions(recipe.variants.flatMap(({ steps }) => steps)) };
  const expected = createHash('sha256')
    .update(
      canonicalJson({ recipe, limits, transforms: { ...transforms, 'decoder heic': version } }),
    )
    .digest('hex');
  expect(recipeHash(recipe, limits)).toBe(expected.slice(0, 16));
});

test('it changes with the options of decoders, and not with other writings of them', () => {
  const hash = (decoders?: RecipeInput['decoders']) =>
    recipeHash(
      recipeSchema.parse({ ...photos, formats: ['pdf'], ...(decoders && { decoders }) }),
      limits,
    );
  expect(hash({ pdf: { dpi: 300 } })).not.toBe(hash());
  expect(hash({ pdf: { dpi: 300 } })).not.toBe(hash({ pdf: { dpi: 200 } }));
  expect(hash({ pdf: {} })).toBe(hash({ pdf: { dpi: 150, background: '#ffffff' } }));
});

test('earlier hashes are those with lower versions of transforms, and not the current one', () => {
  const versions = vi.spyOn(catalog, 'versions');
  try {
    // A hash of a recipe and limits is cached.
    const hashAt = (resize: number, encode: number) => {
      versions.mockReturnValue({ resize, encode });
      return recipeHash(recipeSchema.parse(photos), limits);
    };
    const [oldest, older, current, later] = [
      hashAt(1, 1),
      hashAt(2, 1),
      hashAt(2, 2),
      hashAt(3, 1),
    ];
    versions.mockReturnValue({ resize: 2, encode: 2 });
    const earlier = earlierRecipeHashes(recipeSchema.parse(photos), limits);
    expect(earlier).toEqual(new Set([oldest, older, hashAt(1, 2)]));
    expect(earlier.has(current) || earlier.has(later)).toBe(false);
    versions.mockReturnValue({ a: 100, b: 100 });
    expect(earlierRecipeHashes(recipeSchema.parse(photos), limits)).toEqual(new Set());
  } finally {
    versions.mockRestore();
  }
});

test('its text has sorted members at every depth, and lists in their order', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }, 2], a: { B: 1, a: 2 } })).toBe(
    '{"a":{"B":1,"a":2},"b":[{"c":null,"d":1},2]}',
  );
});

describe('it is the same', () => {
  test('in whatever order the members stand', () => {
    const { name, match, variants } = photos;
    expect(hashOf({ variants, match, name })).toBe(hashOf(photos));
    expect(withSteps({ resize: { width: 2, height: 1 } })).toBe(
      withSteps({ resize: { height: 1, width: 2 } }),
    );
  });

  test('where defaults are written out', () => {
    expect(hashOf({ ...photos, onSourceRemoved: 'delete' })).toBe(hashOf(photos));
    expect(withSteps({ rotate: 'auto' })).toBe(withSteps('rotate'));
    expect(withSteps({ resize: { width: 1, fit: 'cover', kernel: 'lanczos3' } })).toBe(
      withSteps({ resize: { width: 1 } }),
    );
  });
});

describe('it is another', () => {
  test.each<Partial<RecipeInput>>([
    { name: 'pictures' },
    { match: { prefix: 'images/' } },
    { variants: [{ name: 'thumb', steps: [{ resize: { width: 201 } }, { encode: 'webp' }] }] },
    { formats: ['jpeg'] },
    { cacheControl: 'no-store' },
    { onSourceRemoved: 'keep' },
  ])('for a recipe with %j', (change) => {
    expect(hashOf({ ...photos, ...change })).not.toBe(hashOf(photos));
  });

  test('for steps in another order', () => {
    expect(withSteps('flip', 'rotate')).not.toBe(withSteps('rotate', 'flip'));
  });

  test('for other limits', () => {
    const recipe = recipeSchema.parse(photos);
    const others = Object.entries(limits).map(([name, value]) =>
      recipeHash(recipe, { ...limits, [name]: value - 1 }),
    );
    expect(new Set([recipeHash(recipe, limits), ...others]).size).toBe(
      1 + Object.keys(limits).length,
    );
  });

  test('for another version of a transform that the recipe uses', () => {
    const before = hashOf(photos);
    const versions = vi.spyOn(catalog, 'versions').mockReturnValue({ encode: 1, resize: 99 });
    try {
      expect(hashOf(photos)).not.toBe(before);
    } finally {
      versions.mockRestore();
    }
  });
});

test('canonical JSON is JSON, and one text for equal values', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

/** The same value with the members of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
