import {
  formatManifest,
  isRetryable,
  type Manifest,
  outputKeys,
  outputMetadata,
  parseSettings,
  recipeHash,
  type RejectionCode,
  selectRecipe,
  type Settings,
} from '@darkroom/pipeline';
import { BucketPair } from '../listing.ts';
import { MemoryBucket, type MemoryObject } from './memory-bucket.ts';

/** Two variants for every image, one for `one/`, outputs kept below `kept/`, and no recipe for `.txt`. */
export const settings: Settings = parseSettings(
  {
    recipes: [
      {
        name: 'one',
        match: { prefix: 'one/' },
        variants: [{ name: 'thumb', steps: [{ resize: { width: 10 } }, { encode: 'webp' }] }],
      },
      {
        name: 'kept',
        match: { prefix: 'kept/' },
        onSourceRemoved: 'keep',
        variants: [{ name: 'thumb', steps: [{ resize: { width: 10 } }, { encode: 'webp' }] }],
      },
      {
        name: 'photos',
        match: { suffixes: ['g', '/', '-', 'a', '0', '😀', '\uE000'] },
        variants: [
          { name: 'thumb', steps: [{ resize: { width: 10 } }, { encode: 'webp' }] },
          { name: 'web', steps: [{ resize: { width: 20 } }, { encode: 'jpeg' }] },
        ],
      },
    ],
  },
  'test',
);

/** The outcome of an upload. */
export interface ProcessedAs {
  /** ETag of the processed upload. */
  readonly eTag: string;
  readonly versionId?: string;
  readonly checksumSha256?: string;
  readonly recipeHash?: string;
  readonly rejected?: RejectionCode;
  readonly size?: { readonly width: number; readonly height: number };
}

/** A source bucket and a processed bucket in memory, and the effects of the pipeline on them. */
export class TestBuckets {
  readonly sources = new MemoryBucket('sources');
  readonly outputs = new MemoryBucket('processed');

  pair(prefix = ''): BucketPair {
    const { sources, outputs } = this;
    const { recipes, limits } = settings;
    return new BucketPair({ sources, outputs, recipes, limits, prefix });
  }

  upload(key: string, eTag = 'v1', bytes = 1_000_000, more: Partial<MemoryObject> = {}): void {
    this.sources.objects.set(key, { eTag, bytes, ...more });
  }

  /** Folder of a key with a recipe. */
  folder(key: string): string {
    const recipe = selectRecipe(settings.recipes, key);
    if (!recipe) throw new Error(`No recipe for ${key}`);
    return outputKeys(key, recipe).prefix;
  }

  /** Writes the same objects as `reconcile`. */
  process(key: string, outcome: ProcessedAs = { eTag: 'v1' }): void {
    const recipe = selectRecipe(settings.recipes, key);
    if (!recipe) throw new Error(`No recipe for ${key}`);
    const keys = outputKeys(key, recipe);
    const hash = outcome.recipeHash ?? recipeHash(recipe, settings.limits);
    const head = {
      version: 1 as const,
      recipe: recipe.name,
      recipeHash: hash,
      source: {
        bucket: 'sources',
        key,
        versionId: outcome.versionId ?? null,
        eTag: outcome.eTag,
        bytes: this.sources.objects.get(key)?.bytes ?? 1_000_000,
        checksumSha256: outcome.checksumSha256,
        ...outcome.size,
      },
    };
    const metadata = outputMetadata(key, recipe.name, hash);
    const { rejected } = outcome;
    const outputs = recipe.variants.map(({ name }) => ({
      variant: name,
      key: keys.output(name, 'webp'),
      format: 'webp' as const,
      contentType: 'image/webp',
      width: 1,
      height: 1,
      bytes: 1,
      eTag: `${name} of ${outcome.eTag}`,
      sha256: '',
    }));
    const manifest: Manifest =
      rejected === undefined
        ? { ...head, status: 'done', outputs }
        : {
            ...head,
            status: 'rejected',
            outputs: [],
            error: { code: rejected, message: 'no', retryable: isRetryable(rejected) },
          };
    for (const { key: output, eTag } of manifest.outputs)
      this.outputs.objects.set(output, { eTag, bytes: 1, metadata });
    const body = formatManifest(manifest);
    const file = { eTag: 'm', bytes: body.length, body, metadata, lastModified: 1_000 };
    this.outputs.objects.set(keys.manifest, file);
  }

  /** Adds an object to the processed bucket that Darkroom did not write. */
  foreign(key: string): void {
    this.outputs.objects.set(key, { eTag: 'foreign', bytes: 1 });
  }
}
