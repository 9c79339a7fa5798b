import { recipesSchema, selectRecipe, type Recipe } from '@darkroom/pipeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { notificationFilters, prefixesOf, type Filter } from './filters.ts';

interface Match {
  prefix?: string;
  suffixes?: string[];
}

function recipesOf(matches: readonly Match[]): Recipe[] {
  return recipesSchema.parse(
    matches.map((match, index) => ({
      name: `recipe-${index}`,
      match,
      variants: [{ name: 'small', steps: [] }],
    })),
  );
}

const filtersOf = (...matches: Match[]) => notificationFilters(recipesOf(matches));
const passes = (key: string) => (filter: Filter) =>
  key.startsWith(filter.prefix) && key.endsWith(filter.suffix);

describe('filters', () => {
  test('follow the recipes', () => {
    expect(
      filtersOf({ prefix: 'uploads/' }, { prefix: 'scans/', suffixes: ['.tif', '.tiff'] }),
    ).toEqual([
      { prefix: 'uploads/', suffix: '' },
      { prefix: 'scans/', suffix: '.tif' },
      { prefix: 'scans/', suffix: '.tiff' },
    ]);
  });

  test('of prefixes that overlap are merged into the shorter one', () => {
    expect(filtersOf({ prefix: 'uploads/cats/' }, { prefix: 'uploads/' })).toEqual([
      { prefix: 'uploads/', suffix: '' },
    ]);
  });

  test('of one prefix stay apart where their suffixes do', () => {
    expect(filtersOf({ suffixes: ['.jpg'] }, { suffixes: ['.png'] })).toEqual([
      { prefix: '', suffix: '.jpg' },
      { prefix: '', suffix: '.png' },
    ]);
  });

  test('that only together cover both are merged further than either asks', () => {
    expect(filtersOf({ prefix: 'a/', suffixes: ['.jpg'] }, { prefix: 'a/b/' })).toEqual([
      { prefix: 'a/', suffix: '' },
    ]);
  });

  test('end before a character that S3 might encode', () => {
    expect(filtersOf({ prefix: 'my photos/', suffixes: ['+1.jpg'] })).toEqual([
      { prefix: 'my', suffix: '1.jpg' },
    ]);
    expect(filtersOf({ suffixes: [' copy.jpg'] })).toEqual([{ prefix: '', suffix: 'copy.jpg' }]);
    expect(filtersOf({ prefix: '写真/' })).toEqual([{ prefix: '', suffix: '' }]);
  });

  test('are refused where S3 would not take so many', () => {
    const tenants = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ prefix: `tenant${index}/` }));
    expect(filtersOf(...tenants(100))).toHaveLength(100);
    expect(() => filtersOf(...tenants(101))).toThrow(
      expect.objectContaining({ name: 'FilterError', code: 'TOO_MANY_FILTERS' }),
    );
    expect(() => filtersOf(...tenants(101))).toThrow(/need 101 notification filters, S3 takes 100/);
  });
});

describe('whatever the recipes', () => {
  // Few letters, because prefixes, suffixes and keys then match often; one letter is encoded by S3.
  const text = (lengths: fc.StringConstraints) =>
    fc.string({ ...lengths, unit: fc.constantFrom('a', 'b', '/', '.', ' ') });
  const matches = fc.array(
    fc.record({
      prefix: text({ maxLength: 4 }),
      suffixes: fc.option(
        fc.array(text({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        {
          nil: undefined,
        },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  );

  test('a key that a recipe matches passes exactly one filter', () => {
    fc.assert(
      fc.property(matches, text({ maxLength: 8 }), fc.nat(), (given, middle, pick) => {
        const recipes = recipesOf(given);
        const filters = notificationFilters(recipes);
        const { match } = recipes[pick % recipes.length] as Recipe;
        for (const suffix of match.suffixes ?? ['']) {
          const key = match.prefix + middle + suffix;
          if (selectRecipe(recipes, key)) expect(filters.filter(passes(key))).toHaveLength(1);
        }
      }),
    );
  });

  test('no key passes two filters', () => {
    fc.assert(
      fc.property(matches, text({ maxLength: 12 }), (given, key) => {
        expect(notificationFilters(recipesOf(given)).filter(passes(key)).length).toBeLessThan(2);
      }),
    );
  });

  test('the prefixes cover every filter, none of them twice', () => {
    fc.assert(
      fc.property(matches, (given) => {
        const filters = notificationFilters(recipesOf(given));
        const prefixes = prefixesOf(filters);
        for (const { prefix } of filters)
          expect(prefixes.filter((one) => prefix.startsWith(one))).toHaveLength(1);
      }),
    );
  });
});
