import { createHash } from 'node:crypto';
import { catalog, decodersOf } from '../catalog.ts';
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
 * its bundled files, the limits, and the versions of its transforms and decoders. A change of any of them makes outputs out of date.
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

/** Most combinations of versions to try. */
const MAX_COMBINATIONS = 5000;

/**
 * Hashes that the same recipe and limits had with earlier versions of the transforms. They show why outputs are out of
 * date. Versions are whole numbers from 1.
 *
 * @returns an empty set for a recipe with more than 5,000 combinations of earlier versions
 */
export function earlierRecipeHashes(recipe: Recipe, limits: Limits): ReadonlySet<string> {
  const current = versionsOf(recipe);
  let combinations: Record<string, number>[] = [{}];
  for (const [name, version] of Object.entries(current)) {
    if (combinations.length * version > MAX_COMBINATIONS) return new Set();
    const versions = Array.from({ length: version }, (_, index) => index + 1);
    combinations = combinations.flatMap((chosen) =>
      versions.map((earlier) => ({ ...chosen, [name]: earlier })),
    );
  }
  const hashes = new Set(combinations.map((versions) => hashWith(recipe, limits, versions)));
  hashes.delete(hashWith(recipe, limits, current));
  return hashes;
}

function computeHash(recipe: Recipe, limits: Limits): string {
  const unpinned = sideFilesFrom('bundle', [recipe]).find((file) => !recipe.sideFiles?.[file]);
  if (unpinned !== undefined)
    throw new Error(
      `recipe "${recipe.name}": the content of ${unpinned} is not known here (pinSideFiles)`,
    );
  return hashWith(recipe, limits, versionsOf(recipe));
}

function versionsOf(recipe: Recipe): Readonly<Record<string, number>> {
  const ofDecoders = decodersOf([recipe]).map(
    // Transforms cannot have such a name.
    ({ name, version }) => [`decoder ${name}`, version] as const,
  );
  return {
    ...catalog.versions(recipe.variants.flatMap(({ steps }) => steps)),
    ...Object.fromEntries(ofDecoders),
  };
}

function hashWith(
  recipe: Recipe,
  limits: Limits,
  transforms: Readonly<Record<string, number>>,
): string {
  return createHash('sha256')
    .update(canonicalJson({ recipe, limits, transforms }))
    .digest('hex')
    .slice(0, 16);
}
