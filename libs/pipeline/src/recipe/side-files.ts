import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readSideFileName, type SideFileName } from '@darkroom/transforms';
import { catalog } from '../catalog.ts';
import type { Recipe } from '../recipe.ts';

/** Where bundled side files stand: beside `Pulumi.yaml`, and in the function's package. */
export const SIDE_FILES_FOLDER = 'assets';
/** The largest side file, bytes. */
export const MAX_SIDE_FILE_BYTES = 16 * 1024 * 1024;

/** A recipe names a bundled file that is not there, or too large. */
export class SideFileError extends Error {
  override readonly name = 'SideFileError';
  readonly code = 'SIDE_FILE';
}

/** Names of the side files that the recipes' steps read, each once. */
export function sideFilesOf(recipes: readonly Pick<Recipe, 'variants'>[]): readonly string[] {
  return catalog.sideFiles(recipes.flatMap(({ variants }) => variants.flatMap((v) => v.steps)));
}

/** Those of one place, as paths below the folder or as keys. */
export function sideFilesFrom(
  place: SideFileName['from'],
  recipes: readonly Pick<Recipe, 'variants'>[],
): readonly string[] {
  return sideFilesOf(recipes)
    .map(readSideFileName)
    .flatMap(({ from, path }) => (from === place ? [path] : []));
}

/**
 * Adds the SHA-256 of the bundled files that they read to the recipes, so that a changed logo changes their hash.
 *
 * @param folder of the bundled side files
 * @throws SideFileError naming the recipe
 */
export function pinSideFiles(recipes: readonly Recipe[], folder: string): Recipe[] {
  return recipes.map((recipe) => {
    const files = sideFilesFrom('bundle', [recipe]);
    if (files.length === 0) return recipe;
    const digests = files.map((file) => [file, digestOf(path.join(folder, file), recipe)] as const);
    return { ...recipe, sideFiles: Object.fromEntries(digests) };
  });
}

function digestOf(file: string, { name }: Recipe): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile())
    throw new SideFileError(`recipe "${name}" reads a side file that is not there: ${file}`);
  if (stats.size > MAX_SIDE_FILE_BYTES)
    throw new SideFileError(
      `recipe "${name}" reads a side file of ${stats.size} bytes, at most ${MAX_SIDE_FILE_BYTES} are read: ${file}`,
    );
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
