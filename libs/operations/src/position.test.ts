import { earlierRecipeHashes, selectRecipe } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import type { Finding } from './judge.ts';
import { startOf, walk } from './position.ts';
import { settings, TestBuckets } from './testing/buckets.ts';

async function findings(buckets: TestBuckets, prefix = ''): Promise<Finding[]> {
  const pair = buckets.pair(prefix);
  const found: Finding[] = [];
  for await (const { entries } of walk(pair, startOf(pair)))
    found.push(...entries.flatMap((entry) => entry.findings));
  return found;
}

async function kinds(buckets: TestBuckets, prefix = ''): Promise<(readonly [string, string])[]> {
  return (await findings(buckets, prefix)).map(({ key, kind }) => [key, kind] as const);
}

describe('an upload is', () => {
  test('missing without outputs, known from the listing alone', async () => {
    const buckets = new TestBuckets();
    buckets.upload('a.jpg');
    buckets.upload('b.jpg');
    buckets.foreign('b.jpg/thumb.webp');
    expect(await kinds(buckets)).toEqual([
      ['a.jpg', 'missing'],
      ['b.jpg', 'missing'],
    ]);
    expect(buckets.outputs.asked).toEqual({ list: 2, read: 0, head: 0 });
  });

  test('up to date with exactly its outputs', async () => {
    const buckets = new TestBuckets();
    buckets.upload('a.jpg');
    buckets.process('a.jpg');
    expect(await kinds(buckets)).toEqual([['a.jpg', 'up-to-date']]);
  });

  test('changed, after an overwrite or with another recipe', async () => {
    const buckets = new TestBuckets();
    buckets.upload('a.jpg', 'v2');
    buckets.process('a.jpg');
    buckets.upload('b.jpg');
    buckets.process('b.jpg', { eTag: 'v1', recipeHash: 'old' });
    const recipe = selectRecipe(settings.recipes, 'c.jpg');
    const [earlier] = recipe ? earlierRecipeHashes(recipe, settings.limits) : [];
    buckets.upload('c.jpg');
    buckets.process('c.jpg', { eTag: 'v1', recipeHash: earlier ?? '' });
    expect(await kinds(buckets)).toEqual([
      ['a.jpg', 'source-changed'],
      ['b.jpg', 'recipe-changed'],
      ['c.jpg', 'transform-changed'],
    ]);
  });

  describe('told apart from a twin with the same ETag and size', () => {
    const bytes = 1_000_000;

    test('by its version id, without a further request', async () => {
      const buckets = new TestBuckets();
      for (const [key, versionId] of [
        ['new.jpg', 'id2'],
        ['same.jpg', 'id1'],
      ] as const) {
        buckets.upload(key, 'v1', bytes, { versionId });
        buckets.process(key, { eTag: 'v1', versionId: 'id1' });
      }
      expect(await kinds(buckets)).toEqual([
        ['new.jpg', 'source-changed'],
        ['same.jpg', 'up-to-date'],
      ]);
      expect(buckets.sources.asked).toEqual({ list: 1, read: 0, head: 0 });
    });

    // The manifest is from second 1.
    test.each([
      ['older than the manifest: not asked', 'v1', 0, 'first', 'first', 'up-to-date', 0],
      ['of the same second', 'v1', 1_000, 'second', 'first', 'source-changed', 1],
      ['uploaded again', 'v1', 2_000, 'first', 'first', 'up-to-date', 1],
      [
        'of many parts, whose upload began earlier',
        'v1-2',
        0,
        'second',
        'first',
        'source-changed',
        1,
      ],
      ['with a checksum that the manifest lacks', 'v1', 0, 'first', undefined, 'source-changed', 1],
      ['without the checksum of the manifest', 'v1', 0, undefined, 'first', 'source-changed', 1],
      ['without any checksum', 'v1', 2_000, undefined, undefined, 'up-to-date', 0],
    ] as const)('by its SHA-256: %s', async (...row) => {
      const [, eTag, lastModified, now, made, kind, heads] = row;
      const buckets = new TestBuckets();
      buckets.upload('a.jpg', eTag, bytes, { lastModified, ...(now && { checksumSha256: now }) });
      buckets.process('a.jpg', { eTag, ...(made && { checksumSha256: made }) });
      expect(await kinds(buckets)).toEqual([['a.jpg', kind]]);
      expect(buckets.sources.asked.head).toBe(heads);
    });
  });

  test('damaged if an output was removed, replaced or added', async () => {
    const buckets = new TestBuckets();
    for (const key of ['company.jpg', 'crowd.jpg', 'gone.jpg', 'replaced.jpg']) {
      buckets.upload(key);
      buckets.process(key);
    }
    buckets.foreign('company.jpg/x');
    for (let index = 0; index < 50; index++) buckets.foreign(`crowd.jpg/x${index}`);
    buckets.outputs.objects.delete('gone.jpg/thumb.webp');
    buckets.foreign('replaced.jpg/thumb.webp');
    expect(await kinds(buckets)).toEqual([
      ['company.jpg', 'damaged'],
      ['crowd.jpg', 'damaged'],
      ['gone.jpg', 'damaged'],
      ['replaced.jpg', 'damaged'],
    ]);
  });

  test('rejected or retryable', async () => {
    const buckets = new TestBuckets();
    for (const code of ['CORRUPT_IMAGE', 'GAVE_UP', 'TRANSFORM_FAILED'] as const) {
      buckets.upload(`${code}.jpg`);
      buckets.process(`${code}.jpg`, { eTag: 'v1', rejected: code });
    }
    expect(await kinds(buckets)).toEqual([
      ['CORRUPT_IMAGE.jpg', 'rejected'],
      ['GAVE_UP.jpg', 'retryable'],
      ['TRANSFORM_FAILED.jpg', 'retryable'],
    ]);
  });

  test('without a recipe, whatever its folder contains', async () => {
    const buckets = new TestBuckets();
    for (const key of ['folder/', 'notes.txt']) buckets.upload(key);
    buckets.foreign('notes.txt/thumb.webp');
    expect(await kinds(buckets)).toEqual([
      ['folder/', 'no-recipe'],
      ['notes.txt', 'no-recipe'],
      ['notes.txt/', 'leftover'],
    ]);
  });
});

describe('outputs without an upload are', () => {
  test('orphaned, kept by the recipe, or a leftover of a removed recipe', async () => {
    const buckets = new TestBuckets();
    buckets.process('a.jpg');
    buckets.process('kept/a.jpg');
    buckets.foreign('old.txt/thumb.webp');
    expect(await kinds(buckets)).toEqual([
      ['a.jpg', 'orphaned'],
      ['kept/a.jpg', 'kept'],
      ['old.txt/', 'leftover'],
    ]);
  });

  test.each(['a b+%.jpg', `${'日'.repeat(200)}.jpg`])(
    'orphaned without a manifest too, if they say whose they are: %s',
    async (key) => {
      const buckets = new TestBuckets();
      buckets.process(key);
      buckets.outputs.objects.delete(`${key}/manifest.json`);
      expect(await kinds(buckets)).toEqual([[key, 'orphaned']]);
    },
  );

  test('never deleted if Darkroom did not write them', async () => {
    const buckets = new TestBuckets();
    buckets.foreign('assets/logo.png');
    buckets.foreign('assets/manifest.json');
    buckets.foreign('at the root.png');
    buckets.process('copied.jpg');
    for (const [key, object] of [...buckets.outputs.objects])
      if (key.startsWith('copied'))
        buckets.outputs.objects.set(key.replace('copied', 'copy'), object);
    expect(await kinds(buckets)).toEqual([
      ['assets/', 'leftover'],
      ['copied.jpg', 'orphaned'],
      ['copy.jpg/', 'leftover'],
    ]);
  });
});

describe('keys that begin with one another', () => {
  const keys = ['a', 'a-', 'a-/g', 'a.jpg', 'a.jpg-', 'a.jpg/b.jpg', 'a.jpg/b.jpg/c.jpg', 'a.jpg0'];

  test('match their own outputs', async () => {
    const buckets = new TestBuckets();
    for (const key of keys) {
      buckets.upload(key);
      buckets.process(key);
    }
    const found = await kinds(buckets);
    expect(found.map(([key]) => key).sort()).toEqual([...keys].sort());
    expect(new Set(found.map(([, kind]) => kind))).toEqual(new Set(['up-to-date']));
  });

  test('stay distinct after one is removed', async () => {
    for (const gone of keys) {
      const buckets = new TestBuckets();
      for (const key of keys) {
        if (key !== gone) buckets.upload(key);
        buckets.process(key);
      }
      const others = (await kinds(buckets)).filter(([, kind]) => kind !== 'up-to-date');
      expect(others).toEqual([[gone, 'orphaned']]);
    }
  });
});

describe('long keys', () => {
  const long = `${'long/'.repeat(204)}g`;

  test('have their outputs below _long/', async () => {
    const buckets = new TestBuckets();
    buckets.upload(long);
    buckets.upload(`${long}g`);
    buckets.upload('_long/g');
    buckets.process(long);
    buckets.process('_long/g');
    expect(buckets.folder(long)).toMatch(/^_long\/[0-9a-f]{64}\/$/);
    expect(await kinds(buckets)).toEqual([
      ['_long/g', 'up-to-date'],
      [long, 'up-to-date'],
      [`${long}g`, 'missing'],
    ]);
  });

  test('are orphaned, or leftovers without a source key', async () => {
    const buckets = new TestBuckets();
    buckets.process(long);
    buckets.foreign('_long/0/thumb.webp');
    buckets.foreign('_long/thumb.webp');
    buckets.process('😀'.repeat(255) + 'g');
    buckets.outputs.objects.delete(`${buckets.folder('😀'.repeat(255) + 'g')}manifest.json`);
    const found = await kinds(buckets);
    expect(found.toSorted()).toEqual(
      [
        ['_long/', 'leftover'],
        ['_long/0/', 'leftover'],
        [buckets.folder('😀'.repeat(255) + 'g'), 'leftover'],
        [long, 'orphaned'],
      ].toSorted(),
    );
    expect((await kinds(buckets, 'long/')).map(([key]) => key)).toEqual([long]);
  });

  test('leave a leftover if a recipe with longer names moves their outputs', async () => {
    const buckets = new TestBuckets();
    buckets.upload(long);
    buckets.process(long);
    buckets.foreign(`${long}/t`);
    expect(await kinds(buckets)).toEqual([
      [long, 'up-to-date'],
      [`${long}/`, 'leftover'],
    ]);
  });
});

test('a prefix limits both buckets', async () => {
  const buckets = new TestBuckets();
  for (const key of ['a', 'a/a', 'a/b-', 'a/ba', 'b/a']) buckets.process(key);
  expect(await kinds(buckets, 'a/b')).toEqual([
    ['a/b-', 'orphaned'],
    ['a/ba', 'orphaned'],
  ]);
  expect((await kinds(buckets, 'a/')).map(([key]) => key)).toEqual(['a/a', 'a/b-', 'a/ba']);
});

test('the requests of a repair match the protocol', async () => {
  const buckets = new TestBuckets();
  buckets.upload('missing.jpg', 'v1', 7);
  buckets.upload('changed.jpg', 'v2', 9);
  buckets.process('changed.jpg', { eTag: 'v1', size: { width: 30, height: 20 } });
  buckets.process('orphaned.jpg');
  buckets.upload('recipe.jpg');
  buckets.process('recipe.jpg', {
    eTag: 'v1',
    recipeHash: 'old',
    size: { width: 30, height: 20 },
  });
  buckets.foreign('recipe.jpg/old.webp');
  expect(await findings(buckets)).toMatchObject([
    {
      key: 'changed.jpg',
      bytes: 9,
      requests: { list: 1, get: 2, put: 3, head: 2, delete: 0 },
    },
    {
      key: 'missing.jpg',
      bytes: 7,
      requests: { list: 1, get: 1, put: 3, head: 1, delete: 0 },
    },
    { key: 'orphaned.jpg', requests: { list: 1, get: 2, put: 0, head: 1, delete: 3 } },
    {
      key: 'recipe.jpg',
      pixels: 600,
      requests: { list: 1, get: 2, put: 3, head: 1, delete: 1 },
    },
  ]);
});
