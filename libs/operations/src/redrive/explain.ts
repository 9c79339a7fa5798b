import { outputKeys, parseManifest, selectRecipe, type Recipe } from '@darkroom/pipeline';
import type { BucketReader } from '../bucket/bucket-reader.ts';

/** A hostile message may name thousands of keys; its reason is one of theirs, and the first will do. */
const MAX_KEYS = 10;

/**
 * The reason of a message that carries none: before the last attempt at a key, the function commits a `GAVE_UP` manifest,
 * so that a crash which left nothing else has left that.
 *
 * @returns the code of the first rejection among the keys' manifests, nothing where there is none
 */
export function createExplainer(
  outputs: BucketReader,
  recipes: readonly Recipe[],
): (keys: readonly string[]) => Promise<string | undefined> {
  return async (keys) => {
    for (const key of keys.slice(0, MAX_KEYS)) {
      const recipe = selectRecipe(recipes, key);
      const bytes = recipe && (await outputs.read(outputKeys(key, recipe).manifest));
      const manifest = bytes && parseManifest(bytes);
      if (manifest?.status === 'rejected') return manifest.error.code;
    }
    return undefined;
  };
}
