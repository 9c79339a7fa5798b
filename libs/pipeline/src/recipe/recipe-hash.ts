import { createHash } from 'node:crypto';
import { catalog } from '../catalog.ts';
import type { Limits } from '../contract/limits.ts';
import { sideFilesFrom } from './side-files.ts';
import type { Recipe } from './recipe.ts';

/** JSON with sorted members: equal values have one text, however they were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** A function hashes the same few recipes and limits again for every key. */
const known = new WeakMap<Recipe, WeakMap<Limits, string>>();

/**
 * Hash of everything except the upload's bytes that its outputs depend on: the recipe with its defaults, the content of
 * its bundled files, the limits, and the versions of its transforms. A change of any of them makes outputs out of date.
 *
 * @param recipe must not change later, because the hash of a recipe and limits is cached
 * @returns 16 hex digits: long enough to distinguish recipes, short enough for a header and a log line
 * @throws Error if the recipe reads bundled files and `pinSideFiles` has not processed it
 */
export function recipeHash(recipe: Recipe, limits: Limits): string {
  const hashes = known.get(recipe) ?? new WeakMap<Limits, string>();
  const hash = hashes.get(limits) ?? computeHash(recipe, limits);
  known.set(recipe, hashes.set(limits, hash));
  return hash;
}

function computeHash(recipe: Recipe, limits: Limits): string {
  const unpinned = sideFilesFrom('bundle', [recipe]).find((file) => !recipe.sideFiles?.[file]);
  if (unpinned !== undefined)
    throw new Error(
      `recipe "${recipe.name}": the content of ${unpinned} is not known here (pinSideFiles)`,
    );
  const transforms = catalog.versions(recipe.variants.flatMap(({ steps }) => steps));
  return createHash('sha256')
    .update(canonicalJson({ recipe, limits, transforms }))
    .digest('hex')
    .slice(0, 16);
}
