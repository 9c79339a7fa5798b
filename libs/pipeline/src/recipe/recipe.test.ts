import { describe, expect, test } from 'vitest';
import { check } from './problems.ts';
import { DEFAULT_CACHE_CONTROL, recipesSchema, selectRecipe, type Recipe } from './recipe.ts';

const steps = [{ rotate: 'auto' }, { encode: 'webp' }];
const variants = [{ name: 'thumb', steps }];

/** Without the names at the end of each (`problems.test.ts`). */
function problems(...recipes: unknown[]): string[] {
  const checked = check(recipesSchema, recipes);
  const lines = checked.ok ? [] : checked.problems.split('\n');
  return lines.map((line) => line.trim().replace(/ \((recipe|variant) .*\)$/, ''));
}

describe('a recipe', () => {
  test('needs a name and variants; everything else has a default', () => {
    const [recipe] = recipesSchema.parse([{ name: 'photos', variants }]);
    expect(recipe).toMatchObject({
      match: { prefix: '' },
      formats: ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'],
      cacheControl: DEFAULT_CACHE_CONTROL,
      onSourceRemoved: 'delete',
    });
    expect(recipe?.match.suffixes).toBeUndefined();
  });

  test('may have variants that change nothing but the name', () => {
    expect(problems({ name: 'copies', variants: [{ name: 'copy', steps: [] }] })).toEqual([]);
  });

  test.each(['a', 'w320-webp', '2x', 'a'.repeat(64)])('may be called %s', (name) => {
    expect(problems({ name, variants })).toEqual([]);
  });

  test.each([
    '',
    'Photos',
    'a/b',
    'a.b',
    '-a',
    'a-',
    '../a',
    '/a',
    '.a',
    'a b',
    'é',
    'a'.repeat(65),
  ])('may not be called "%s"', (name) => {
    expect(problems({ name, variants })).toEqual([
      expect.stringMatching(/^\[0\]\.name: a name is 1 to 64 lower-case letters, .*, got "/),
    ]);
  });
});

describe('a mistake is told with its path and what is allowed', () => {
  test('an unknown option of a transform', () => {
    const resize = { resize: { widht: 320, height: 20 } };
    const second = { name: 'web', steps: [resize] };
    expect(problems({ name: 'photos', variants: [...variants, second] })).toEqual([
      expect.stringMatching(
        /^\[0\]\.variants\[1\]\.steps\[0\]\.resize\.widht: unknown option "widht"; allowed: width, height, fit, /,
      ),
    ]);
  });

  test('a wrong value', () => {
    const resize = { resize: { width: 320, fit: 'covr' } };
    expect(
      problems({
        name: 'photos',
        variants: [{ name: 'web', steps: [resize] }],
        onSourceRemoved: 'remove',
        formats: ['jpg'],
        cacheControl: 'public\r\nX-Evil: 1',
      }),
    ).toEqual([
      expect.stringMatching(/^\[0\]\.variants\[0\]\.steps\[0\]\.resize\.fit: .*"cover".*"covr"/),
      expect.stringMatching(/^\[0\]\.formats\[0\]: .*"jpeg"\|"png".*, got "jpg"$/),
      expect.stringMatching(/^\[0\]\.cacheControl: a header holds printable ASCII, got "public\\r/),
      '[0].onSourceRemoved: Invalid option: expected one of "delete"|"keep", got "remove"',
    ]);
  });

  test('options of a decoder', () => {
    const given = (decoders: object, formats: string[] = ['jpeg', 'pdf']) =>
      problems({ name: 'scans', variants, formats, decoders });
    expect(given({ pdf: { dpi: 300, background: 'transparent' } })).toEqual([]);
    expect(given({ pdf: { dpi: 0 } })).toEqual([
      expect.stringMatching(/^\[0\]\.decoders\.pdf\.dpi: .*>=1/),
    ]);
    expect(given({ pdf: { scale: 2 } })).toEqual([
      '[0].decoders.pdf.scale: unknown key; allowed: dpi, background',
    ]);
    expect(given({ heic: {} })[0]).toMatch(/^\[0\]\.decoders\.heic: unknown key; allowed: .*pdf/);
    expect(given({ pdf: {} }, ['jpeg'])).toEqual([
      '[0].decoders.pdf: needs pdf in the recipe’s formats',
    ]);
  });

  test('an unknown transform', () => {
    expect(problems({ name: 'photos', variants: [{ name: 'web', steps: ['resise'] }] })).toEqual([
      expect.stringMatching(
        /^\[0\]\.variants\[0\]\.steps\[0\]\.resise: unknown transform "resise"; known: window, stretch, rotate, /,
      ),
    ]);
  });

  test('unknown keys, each by its name', () => {
    const variant = { name: 'web', step: [], stepz: [], steps };
    const allowed =
      'unknown key; allowed: name, steps, widths, encode, when, pages, frames, animated, copy';
    expect(
      problems({ name: 'photos', variants: [variant], match: { prefixes: ['a/'] }, onSource: 1 }),
    ).toEqual([
      '[0].match.prefixes: unknown key; allowed: prefix, suffixes',
      `[0].variants[0].step: ${allowed}`,
      `[0].variants[0].stepz: ${allowed}`,
      '[0].onSource: unknown key; allowed: name, match, variants, effort, animated, placeholder, formats, decoders, cacheControl, onSourceRemoved, allOrNothing, facts, choices',
    ]);
  });

  test('a missing field', () => {
    expect(problems({ variants: [{ name: 'web' }] })).toEqual([
      '[0].name: is missing: expected text',
      '[0].variants[0].steps: is missing: expected a list, or copy: true',
    ]);
  });

  test('no variants, no recipes, and what is no recipe at all', () => {
    expect(problems({ name: 'photos', variants: [] })[0]).toMatch(/^\[0\]\.variants: .*>=1 items/);
    expect(problems()[0]).toMatch(/>=1 items/);
    expect(problems(null, 'photos')).toEqual([
      '[0]: expected a map, got nothing',
      '[1]: expected a map, got "photos"',
    ]);
  });

  test('a name that is taken, together with every other mistake', () => {
    const twice = [...variants, { name: 'thumb', steps: ['flop', 'flopp'] }];
    expect(problems({ name: 'photos', variants: twice }, { name: 'photos', variants })).toEqual([
      expect.stringMatching(/^\[0\]\.variants\[1\]\.steps\[1\]\.flopp: unknown transform "flopp"/),
      '[0].variants[1].name: "thumb" is already taken: names must differ',
      '[1].name: "photos" is already taken: names must differ',
    ]);
  });
});

describe('the recipe for a key', () => {
  const recipes = recipesSchema.parse([
    { name: 'scans', match: { prefix: 'uploads/scans/', suffixes: ['.tif', '.tiff'] }, variants },
    { name: 'photos', match: { prefix: 'uploads/' }, variants },
    { name: 'pngs', match: { suffixes: ['.png'] }, variants },
  ]);
  test.each([
    ['uploads/scans/a.tif', 'scans'],
    ['uploads/scans/a.tiff', 'scans'],
    ['uploads/scans/a.jpg', 'photos'],
    ['uploads/scans/a.TIF', 'photos'],
    ['uploads/a.png', 'photos'],
    ['elsewhere/a.png', 'pngs'],
    ['elsewhere/a.jpg', undefined],
    ['Uploads/a.jpg', undefined],
    // Folder markers of the S3 console.
    ['uploads/', undefined],
    ['uploads/folder/', undefined],
  ])('%s: the first that matches, %s', (key, name) => {
    expect(selectRecipe(recipes, key)?.name).toBe(name);
  });

  test('an empty match is for every key', () => {
    const all = recipesSchema.parse([{ name: 'all', variants }]) as [Recipe];
    expect(selectRecipe(all, '🦊')).toBe(all[0]);
  });
});
