/** 100,000 uploads and their 300,000 outputs take no more memory than one page of them. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { formatManifest, outputKeys, recipeHash, selectRecipe } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { applyToBuckets } from './apply.ts';
import { compareBuckets } from './compare.ts';
import { type BucketReader, BucketPair, type ListedObject } from './listing.ts';
import { settings } from './testing/buckets.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { FakeSqs } from './testing/fake-sqs.ts';

const KEYS = 100_000;
const PAGE = 1000;
/** The test takes seconds on an idle machine. */
const SLOW_MS = 600_000;
/** Every tenth upload has no outputs. */
const isMissing = (index: number) => index % 10 === 0;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const keyOf = (index: number) => `uploads/2024/picture-${String(index).padStart(6, '0')}.jpg`;
const indexOf = (key: string) => Number(/picture-(\d+)/.exec(key)?.[1] ?? -1);

/** Creates objects during the listing and keeps no reference to them. */
function reader(bucket: string, objectsOf: (index: number) => ListedObject[]): BucketReader {
  return {
    bucket,
    list(prefix, after) {
      if (prefix !== '') return Promise.resolve({ objects: [], next: undefined });
      const objects: ListedObject[] = [];
      let index = after === '' ? 0 : indexOf(after);
      for (; index < KEYS && objects.length < PAGE; index++)
        objects.push(...objectsOf(index).filter(({ key }) => key > after));
      const page = objects.slice(0, PAGE);
      const isLast = index >= KEYS && objects.length <= PAGE;
      return Promise.resolve({ objects: page, next: isLast ? undefined : page.at(-1)?.key });
    },
    read: (key) => Promise.resolve(manifestOf(indexOf(key))),
    head: () => Promise.resolve(undefined),
  };
}

const sources = reader('sources', (index) => [
  { key: keyOf(index), eTag: `v${index}`, bytes: 2_000_000, versionId: null, lastModified: 0 },
]);
const outputs = reader('processed', (index) =>
  isMissing(index)
    ? []
    : ['manifest.json', 'thumb.webp', 'web.webp'].map((name) => ({
        key: `${keyOf(index)}/${name}`,
        eTag: name,
        bytes: 1,
        lastModified: 0,
      })),
);

const recipe = selectRecipe(settings.recipes, keyOf(0));
if (!recipe) throw new Error('No recipe');
/** Manifest of the first upload, as versions without the hash wrote it. The others differ only in their number. */
const manifest = new TextDecoder()
  .decode(
    formatManifest({
      version: 1,
      status: 'done',
      recipe: recipe.name,
      recipeHash: recipeHash(recipe, settings.limits),
      source: { bucket: 'sources', key: keyOf(0), versionId: null, eTag: 'v0', bytes: 2_000_000 },
      outputs: recipe.variants.map(({ name }) => ({
        variant: name,
        key: outputKeys(keyOf(0), recipe).output(name, 'webp'),
        format: 'webp',
        contentType: 'image/webp',
        width: 1,
        height: 1,
        bytes: 1,
        eTag: `${name}.webp`,
        sha256: '',
      })),
    }),
  )
  .replace(/,\s+"manifestSha256": "\w+"/, '');

function manifestOf(index: number): Uint8Array {
  return new TextEncoder().encode(
    manifest.replaceAll(keyOf(0), keyOf(index)).replace('"v0"', `"v${index}"`),
  );
}

const buckets = () => {
  const { recipes, limits } = settings;
  return new BucketPair({ sources, outputs, recipes, limits, prefix: '' });
};

/** Heap in use after each tenth of the keys, after a garbage collection. */
class Heap {
  readonly #samples: number[] = [];

  sample(compared: number): void {
    if (compared >= ((this.#samples.length + 1) * KEYS) / 10) this.#samples.push(heapMiB());
  }

  /** Difference between the first tenth and the largest of the others. */
  growth(what: string): number {
    const [first = NaN, ...others] = this.#samples;
    const growth = Math.max(...others) - first;
    console.log(
      `${what}: heap after each tenth of ${KEYS} keys, MiB: ${this.#samples.map((mib) => mib.toFixed(1)).join(' ')}`,
    );
    return growth;
  }
}

test('a plan', { timeout: SLOW_MS }, async () => {
  const heap = new Heap();
  const { kinds } = await compareBuckets(buckets(), settings, {
    onProgress: ({ compared }) => heap.sample(compared),
  });
  expect([kinds['up-to-date'].keys, kinds.missing.keys]).toEqual([90_000, 10_000]);
  expect(heap.growth('plan')).toBeLessThan(8);
});

test('an apply', { timeout: SLOW_MS }, async () => {
  const heap = new Heap();
  const clock = new FakeClock();
  const sqs = new FakeSqs(clock);
  // The fake queue and its list of requests would grow.
  sqs.answered = () => {
    sqs.requests.length = 0;
    sqs.empty('queue');
  };
  const { sent } = await applyToBuckets(buckets(), {
    sqs: sqs.client,
    queueUrl: 'queue',
    clock,
    limit: Infinity,
    onProgress: ({ compared }) => heap.sample(compared),
  });
  expect(sent.missing).toBe(10_000);
  expect(heap.growth('apply')).toBeLessThan(8);
});
