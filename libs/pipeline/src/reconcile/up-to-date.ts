import type { Manifest } from '../contract/manifest.ts';

/**
 * Whether only a changed source could make this manifest wrong: it was made with this recipe, every output that it
 * names is there with the ETag that it names, nothing else is there, and no operator's fix could change the outcome.
 *
 * @param listed what is directly below `K/`, key → ETag, the manifest included
 */
export function agrees(
  manifest: Manifest,
  recipeHash: string,
  listed: ReadonlyMap<string, string>,
): boolean {
  const mayBeRetried = manifest.status === 'rejected' && manifest.error.retryable;
  return (
    !mayBeRetried &&
    manifest.recipeHash === recipeHash &&
    listed.size === manifest.outputs.length + 1 &&
    manifest.outputs.every(({ key, eTag }) => listed.get(key) === eTag)
  );
}
