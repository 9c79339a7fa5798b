import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readSideFileName, type SideFileName } from '@darkroom/transforms';
import { catalog } from '../catalog.ts';
import type { Recipe } from './recipe.ts';

/** Folder of the bundled side files, next to `Pulumi.yaml` and in the function's package. */
export const SIDE_FILES_FOLDER = 'assets';
/** The largest side file, bytes. */
export const MAX_SIDE_FILE_BYTES = 16 * 1024 * 1024;

const number = new Intl.NumberFormat('en');

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
 * Adds the SHA-256 of their bundled files to the recipes: a changed logo changes the recipe's hash.
 *
 * @param folder of the bundled side files
 * @throws SideFileError naming the recipe, the variant, the step and the option
 */
export function pinSideFiles(recipes: readonly Recipe[], folder: string): Recipe[] {
  return recipes.map((recipe) => {
    const files = sideFilesFrom('bundle', [recipe]);
    if (files.length === 0) return recipe;
    const digests = files.map((file) => {
      const found = path.join(folder, file);
      const problem = problemOf(found);
      if (problem) throw new SideFileError(`${readerOf(file, recipe)}: ${problem}`);
      return [file, createHash('sha256').update(readFileSync(found)).digest('hex')] as const;
    });
    return { ...recipe, sideFiles: Object.fromEntries(digests) };
  });
}

function problemOf(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return `the side file ${file} is not there`;
  if (!stats.isFile()) return `the side file ${file} is no file`;
  if (stats.size <= MAX_SIDE_FILE_BYTES) return undefined;
  const [has, most] = [stats.size, MAX_SIDE_FILE_BYTES].map((bytes) => number.format(bytes));
  return `the side file ${file} has ${has} bytes, at most ${most} are read`;
}

/** The first step that reads the file, in the words of the engine's own errors, with the option that names it. */
function readerOf(file: string, { name, variants }: Recipe): string {
  for (const variant of variants)
    for (const [index, step] of variant.steps.entries())
      if (catalog.sideFiles([step]).includes(file)) {
        const option = [step.transform, ...(pathTo(file, step.options) ?? [])].join('.');
        return `recipe ${name}, variant ${variant.name}, step ${index} (${option})`;
      }
  return `recipe ${name}`;
}

/** Returns the path of a value in options. */
function pathTo(value: string, options: unknown): string[] | undefined {
  if (options === value) return [];
  if (typeof options !== 'object' || options === null) return undefined;
  for (const [key, inner] of Object.entries(options)) {
    const found = pathTo(value, inner);
    if (found) return [key, ...found];
  }
  return undefined;
}
