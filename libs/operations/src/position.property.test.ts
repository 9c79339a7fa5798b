/** For any two buckets, the merged listings and a resumed walk find the same as a check of each key by itself. */
import {
  isRetryable,
  isUpToDate,
  MAX_KEY_BYTES,
  outputKeys,
  parseManifest,
  recipeHash,
  selectRecipe,
} from '@darkroom/pipeline';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys, folderOf } from './listing.ts';
import { checkPosition, startOf, walk, type WalkPage, type WalkPosition } from './position.ts';
import { TestBuckets, settings } from './testing/buckets.ts';

/** Characters around `/` and around the surrogates, which make keys prefixes of each other and the orders differ. */
const part = fc.constantFrom(
  'a',
  '-',
  '/',
  '0',
  '.',
  'g',
  '😀',
  '\uE000',
  'one/',
  '_long/',
  'kept/',
);
const key = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('x/', 'a-').map((start) => start.repeat(505) + 'g') },
);

const history = fc.record({
  key,
  isUploaded: fc.boolean(),
  outputs: fc.constantFrom(
    ...(['none', 'right', 'of another upload', 'of another recipe', 'rejected'] as const),
    ...(['gave up', 'without manifest', 'one less', 'one more', 'many more'] as const),
  ),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const stray = fc
  .tuple(key, fc.constantFrom('thumb.webp', 'manifest.json', ''))
  .map(([where, name]) => `${where}/${name}`)
  .filter((stray) => Buffer.byteLength(stray) <= MAX_KEY_BYTES);

function build(histories: readonly History[], strays: readonly string[]): TestBuckets {
  const buckets = new TestBuckets();
  for (const { key, isUploaded, outputs } of histories) {
    if (isUploaded) buckets.upload(key);
    if (outputs === 'none' || !selectRecipe(settings.recipes, key)) continue;
    const folder = buckets.folder(key);
    buckets.process(key, {
      eTag: outputs === 'of another upload' ? 'v0' : 'v1',
      ...(outputs === 'of another recipe' && { recipeHash: 'old' }),
      ...(outputs === 'rejected' && { rejected: 'CORRUPT_IMAGE' }),
      ...(outputs === 'gave up' && { rejected: 'GAVE_UP' }),
    });
    if (outputs === 'without manifest') buckets.outputs.objects.delete(`${folder}manifest.json`);
    if (outputs === 'one less') buckets.outputs.objects.delete(`${folder}thumb.webp`);
    if (outputs === 'one more') buckets.foreign(`${folder}more`);
    if (outputs === 'many more')
      for (let index = 0; index < 9; index++) buckets.foreign(`${folder}${index}`);
  }
  for (const key of strays) if (!buckets.outputs.objects.has(key)) buckets.foreign(key);
  return buckets;
}

/** The definition of each kind, key by key and folder by folder, over whole buckets in memory. */
function naive({ sources, outputs }: TestBuckets): string[] {
  const found: string[] = [];
  const folders = Map.groupBy(outputs.objects.keys(), folderOf);
  const manifestIn = (folder: string) => {
    const body = outputs.objects.get(`${folder}manifest.json`)?.body;
    return body && parseManifest(body);
  };
  const own = (key: string) => {
    const recipe = selectRecipe(settings.recipes, key);
    return recipe && outputKeys(key, recipe).prefix;
  };
  for (const [key, { eTag }] of sources.objects) {
    const recipe = selectRecipe(settings.recipes, key);
    const folder = own(key);
    if (!recipe || folder === undefined) {
      found.push(`${key} no-recipe`);
      continue;
    }
    const names = folders.get(folder) ?? [];
    const manifest = manifestIn(folder);
    const listed = new Map(names.map((name) => [name, outputs.objects.get(name)?.eTag ?? '']));
    const hash = recipeHash(recipe, settings.limits);
    const kind = !manifest
      ? 'missing'
      : manifest.source.eTag !== eTag
        ? 'source-changed'
        : manifest.recipeHash !== hash
          ? 'recipe-changed'
          : manifest.status === 'rejected' && isRetryable(manifest.error.code)
            ? 'retryable'
            : !isUpToDate(manifest, { recipeHash: hash }, listed)
              ? 'damaged'
              : manifest.status === 'rejected'
                ? 'rejected'
                : 'up-to-date';
    found.push(`${key} ${kind}`);
  }
  for (const [folder, names = []] of folders) {
    if (folder === '') continue;
    const first = names.toSorted(compareKeys)[0] ?? '';
    const told = outputs.objects.get(first)?.metadata?.['source-key'];
    const owner = manifestIn(folder)?.source.key ?? (told && decodeURIComponent(told));
    const isLong = /^_long\/./.test(folder);
    const key = isLong ? owner : folder.slice(0, -1);
    if (key !== undefined && sources.objects.has(key) && own(key) === folder) continue;
    const recipe = owner === undefined ? undefined : selectRecipe(settings.recipes, owner);
    const isOurs = recipe && own(owner ?? '') === folder && !sources.objects.has(owner ?? '');
    if (!isOurs) found.push(`${folder} leftover`);
    else found.push(`${owner} ${recipe.onSourceRemoved === 'keep' ? 'kept' : 'orphaned'}`);
  }
  return found.sort();
}

async function* pagesOf(buckets: TestBuckets, from?: WalkPosition) {
  const pair = buckets.pair();
  const position = from ? checkPosition(from, pair) : startOf(pair);
  for await (const page of walk(pair, position, 3)) yield page;
}

const tell = ({ entries }: WalkPage) =>
  entries.flatMap(({ findings }) => findings.map(({ key, kind }) => `${key} ${kind}`));

const world = fc.record({
  histories: fc.uniqueArray(history, { selector: ({ key }) => key, maxLength: 25 }),
  strays: fc.array(stray, { maxLength: 5 }),
  /** Objects per page. */
  pageSize: fc.integer({ min: 1, max: 7 }),
});

test('the walk finds the same as a check of each key', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ histories, strays, pageSize }) => {
      const buckets = build(histories, strays);
      buckets.sources.pageSize = buckets.outputs.pageSize = pageSize;
      const found: string[] = [];
      for await (const page of pagesOf(buckets)) found.push(...tell(page));
      expect(found.sort()).toEqual(naive(buckets));
    }),
    { numRuns: 1000 },
  );
});

test('a walk that resumes after a kill at any entry finds the same', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ histories, strays, pageSize }) => {
      const buckets = build(histories, strays);
      buckets.sources.pageSize = buckets.outputs.pageSize = pageSize;
      const found: string[] = [];
      // Every run ends after one page, or after its first entry. Only text survives it.
      let saved = '';
      for (let run = 0; saved !== 'end'; run++) {
        const from = saved === '' ? undefined : (JSON.parse(saved) as WalkPosition);
        saved = 'end';
        for await (const { entries, after, end } of pagesOf(buckets, from)) {
          const [first] = entries;
          const isCut = run % 2 === 0 && first !== undefined;
          found.push(...tell({ entries: isCut ? [first] : entries, after, end }));
          saved = JSON.stringify(isCut ? after(first.key) : end);
          break;
        }
      }
      expect(found.sort()).toEqual(naive(buckets));
    }),
    { numRuns: 500 },
  );
});
