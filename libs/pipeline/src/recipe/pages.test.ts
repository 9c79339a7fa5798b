import type { SourceFacts } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
import { outputKeys } from '../contract/keys.ts';
import { recipeHash } from './recipe-hash.ts';
import { limitsSchema } from '../contract/limits.ts';
import { mostOutputs, wantedPages, wantedVariants } from './pages.ts';
import { isNameOf, type NamedParts } from './part-range.ts';
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
    ['3-3', ['scan-p3']],
    ['2-10000', ['scan-p2', 'scan-p3']],
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

describe('the pictures of a variant with frames', () => {
  const animation = facts({ format: 'gif', pages: 10 });

  test.each([
    ['all', 10, 'clip-f10'],
    ['2-4', 3, 'clip-f4'],
    ['9-12', 2, 'clip-f10'],
    [7, 1, 'clip-f7'],
    ['first', 1, 'clip'],
    ['11-12', 0, undefined],
  ])('frames: %j of a GIF of 10 frames', (frames, count, last) => {
    const wanted = wantedVariants(recipe(variant('clip', { frames })), animation);
    expect([wanted.length, wanted.at(-1)?.name]).toEqual([count, last]);
  });

  test.each([
    [1, 10, [1]],
    [3, 10, [1, 4, 7]],
    [4, 300, [1, 76, 151, 226]],
    [9, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [9, 4, [1, 2, 3, 4]],
  ])('so many evenly: %i of %i', (evenly, pages, frames) => {
    const clip = recipe(variant('clip', { frames: { evenly } }));
    const wanted = wantedVariants(clip, { ...animation, pages });
    expect(wanted.map(({ frame }) => frame)).toEqual(frames);
    expect(wanted.map(({ name }) => name)).toEqual(frames.map((frame) => `clip-f${frame}`));
  });

  test('files that are not animations have one frame, documents too', () => {
    const all = recipe(variant('clip', { frames: 'all' }));
    for (const format of ['jpeg', 'avif', 'tiff', 'pdf'])
      expect(wantedVariants(all, facts({ format, pages: 5 }))).toMatchObject([
        { name: 'clip-f1', page: 1 },
      ]);
    expect(wantedVariants(all, facts({ format: 'gif', pages: 1 }))[0]).not.toHaveProperty('frame');
  });

  test('`first` is a still, whatever the recipe says about animations', () => {
    const [still] = recipe(variant('clip', { frames: 'first' })).variants;
    expect(still).toMatchObject({ name: 'clip', animated: 'first' });
  });

  test('they are counted', () => {
    const some = recipe(
      variant('a', { frames: 'all' }),
      variant('b', { frames: { evenly: 4 } }),
      variant('c', { frames: '2-3' }),
    );
    expect(mostOutputs(some, { format: 'webp', pages: 10 })).toBe(10 + 4 + 2);
    expect(mostOutputs(some, { format: 'tiff', pages: 10 })).toBe(1 + 1 + 0);
  });
});

describe('a recipe is refused', () => {
  test.each(['last', '0-2', '3-2', '1-', '-2', '1-10001', 0, 10_001, 1.5, ['all'], ''])(
    'with pages: %j',
    (pages) => {
      expect(problems(variant('scan', { pages })).join()).toMatch(/^variants\.0\.pages: /);
      expect(problems(variant('scan', { frames: pages })).join()).toMatch(/^variants\.0\.frames: /);
    },
  );

  test.each([{ evenly: 0 }, { evenly: 10_001 }, { even: 3 }, {}])('with frames: %j', (frames) => {
    expect(problems(variant('scan', { frames })).join()).toMatch(/^variants\.0\.frames/);
  });

  test('with pages and frames in one variant', () => {
    expect(problems(variant('scan', { pages: 'all', frames: 'all' }))).toEqual([
      'variants.0.frames: documents have pages and animations have frames: make a variant for each',
    ]);
  });

  test.each(['keep', 'first'])('with frames and animated: %s', (animated) => {
    expect(problems(variant('scan', { frames: 'all', animated }))).toEqual([
      'variants.0.animated: the frames of an animation are stills: remove animated, or frames',
    ]);
  });

  test.each([
    ['clip-f1', 'all'],
    ['clip-f9', { evenly: 3 }],
    ['clip-f2', '1-5'],
  ])('whose %s is also one of frames: %j', (name, frames) => {
    expect(problems(variant(name), variant('clip', { frames }))).toEqual([
      `variants.0.name: "${name}" is also a frame of "clip": names must differ`,
    ]);
    expect(problems(variant(name), variant('clip', { pages: frames }))).toEqual([]);
  });

  test('with frames of a copy', () => {
    expect(problems({ name: 'clip', copy: true, frames: 'all' }).join()).toContain(
      'frames cannot change them',
    );
  });

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
  expect(isLong({ evenly: 2 })).toBe(true);
});

test.each<[NamedParts, names: string[], others: string[]]>([
  [{ name: 'web' }, ['web'], ['web-p1', 'we']],
  [
    { name: 'scan', pages: { from: 2, to: 11 } },
    ['scan-p2', 'scan-p10', 'scan-p11'],
    ['scan', 'scan-p1', 'scan-p12', 'scan-f2', 'scan-p02', 'scan-p', 'scan-p2x', 'scan-px2', 'a-p2'],
  ],
  [{ name: 'still', frames: { from: 1 } }, ['still-f1', 'still-f10000'], ['still-f0', 'still-f10001', 'still-p1']],
])('the pictures of %j', (variant, names, others) => {
  expect([...names, ...others].filter((name) => isNameOf(variant, name))).toEqual(names);
}); // prettier-ignore

test('a name of a responsive set is taken, also if another item of its list is wrong', () => {
  const set = variant('web', { steps: [], encode: ['webp', 7, 'png'] });
  expect(problems(set, variant('web-png'))).toContain(
    'variants.1.name: "web-png" is already taken: names must differ',
  );
});
