import type { SourceFacts } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
import { outputKeys } from '../contract/keys.ts';
import { recipeHash } from './recipe-hash.ts';
import { limitsSchema } from '../contract/limits.ts';
import { mostOutputs, wantedPages, wantedVariants } from './pages.ts';
import { recipeSchema } from './recipe.ts';

const facts = (more: Partial<SourceFacts> = {}): SourceFacts => ({
  ...{ format: 'tiff', width: 20, height: 30, orientation: 1, pages: 3, bytes: 100 },
  ...{ hasAlpha: false, progressive: false, ...more },
});
const variant = (name: string, more: object = {}) => ({
  name,
  steps: [{ encode: 'png' }],
  ...more,
});
const recipe = (...variants: object[]) => recipeSchema.parse({ name: 'scans', variants });
const problems = (...variants: object[]) =>
  recipeSchema
    .safeParse({ name: 'scans', variants })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('the pictures of a variant with pages', () => {
  test.each([
    ['all', ['scan-p1', 'scan-p2', 'scan-p3']],
    ['first', ['scan']],
    [undefined, ['scan']],
    ['2-3', ['scan-p2', 'scan-p3']],
    ['2-9', ['scan-p2', 'scan-p3']],
    [2, ['scan-p2']],
    ['4-5', []],
    [10_000, []],
  ])('pages: %j of a TIFF of 3 pages', (pages, names) => {
    const wanted = wantedVariants(recipe(variant('scan', { pages })), facts());
    expect(wanted.map(({ name }) => name)).toEqual(names);
  });

  test('they are in the order of the recipe, and then of the document', () => {
    const wanted = wantedVariants(
      recipe(
        variant('scan', { pages: '1-2', widths: [100, 200] }),
        variant('cover'),
        variant('rest', { pages: '2-3' }),
      ),
      facts(),
    );
    expect(wanted.map(({ name, page }) => [name, page])).toEqual([
      ['scan-100-p1', 1],
      ['scan-100-p2', 2],
      ['scan-200-p1', 1],
      ['scan-200-p2', 2],
      ['cover', 1],
      ['rest-p2', 2],
      ['rest-p3', 3],
    ]);
  });

  test('files that are not documents have one page, animations too', () => {
    const all = recipe(variant('scan', { pages: 'all' }));
    const names = (format: SourceFacts['format']) =>
      wantedVariants(all, facts({ format })).map(({ name }) => name);
    expect(names('jpeg')).toEqual(['scan-p1']);
    expect(names('gif')).toEqual(['scan-p1']);
  });

  test('files of decoders are documents', () => {
    const wanted = wantedVariants(
      recipe(variant('scan', { pages: 'all' })),
      facts({ format: 'heic' }),
    );
    expect(wanted.map(({ name }) => name)).toEqual(['scan-p1', 'scan-p2', 'scan-p3']);
  });

  test('conditions are about the first page', () => {
    const when = { width: { min: 21 } };
    expect(wantedVariants(recipe(variant('scan', { pages: 'all', when })), facts())).toEqual([]);
  });

  test('they are counted', () => {
    const some = recipe(
      variant('a', { pages: 'all' }),
      variant('b'),
      variant('c', { pages: '2-9' }),
    );
    expect(mostOutputs(some, { format: 'tiff', pages: 3 })).toBe(3 + 1 + 2);
    expect(mostOutputs(some, { format: 'gif', pages: 3 })).toBe(1 + 1 + 0);
    expect(mostOutputs(some)).toBe(2);
  });

  test('the first page is always read', () => {
    expect(wantedPages(recipe(variant('scan', { pages: '3-4' })), facts())).toEqual([1, 3]);
  });
});

describe('a recipe is refused', () => {
  test.each(['last', '0-2', '3-2', '1-', '-2', '1-10001', 0, 10_001, 1.5, ['all'], ''])(
    'with pages: %j',
    (pages) => {
      expect(problems(variant('scan', { pages })).join()).toMatch(/^variants\.0\.pages: /);
    },
  );

  test.each([
    ['scan-p1', 'all'],
    ['scan-p12', 'all'],
    ['scan-p2', '1-5'],
    ['scan-p2', 2],
  ])('whose %s is also one of pages: %j', (name, pages) => {
    expect(problems(variant(name), variant('scan', { pages }))).toEqual([
      `variants.0.name: "${name}" is also a page of "scan": names must differ`,
    ]);
  });

  test('whose responsive set collides', () => {
    const set = variant('w{width}', { widths: [10], pages: 'all' });
    expect(problems(set, variant('w10-p1')).join()).toContain('is also a page of "w10"');
  });

  test('with the same name with and without pages', () => {
    expect(problems(variant('scan'), variant('scan', { pages: 'all' })).join()).toContain(
      '"scan" is already taken',
    );
  });

  test('with pages of a copy', () => {
    expect(problems({ name: 'scan', copy: true, pages: 'all' }).join()).toContain(
      'pages cannot change them',
    );
  });

  test('whose pages have names that are too long', () => {
    expect(problems(variant('s'.repeat(58), { pages: 'all' })).join()).toContain('this leads to');
    expect(problems(variant('s'.repeat(58), { pages: '1-9' }))).toEqual([]);
  });
});

test.each([
  ['scan-p1', 'first'],
  ['scan-p6', '1-5'],
  ['scan-p0', 'all'],
  ['scan-print', 'all'],
  ['scan-p1-x', 'all'],
])('%s next to pages: %j does not collide', (name, pages) => {
  expect(problems(variant(name), variant('scan', { pages }))).toEqual([]);
});

test('`pages: first` has the hash of a recipe without pages, which is that of before', () => {
  const limits = limitsSchema.parse({});
  const hash = (...variants: object[]) => recipeHash(recipe(...variants), limits);
  expect(hash(variant('scan', { pages: 'first' }))).toBe(hash(variant('scan')));
  expect(hash(variant('scan', { pages: 'all' }))).not.toBe(hash(variant('scan')));
});

test('keys leave room for the number of the last page', () => {
  const key = 'k'.repeat(1024 - '/manifest.json'.length);
  const isLong = (pages: unknown) =>
    outputKeys(key, recipe(variant('scan', { pages }))).prefix.startsWith('_long/');
  // scan-p99.tiff has as many characters as the manifest's name, less one.
  expect(isLong('1-99')).toBe(false);
  expect(isLong('all')).toBe(true);
});
