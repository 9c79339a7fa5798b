import { outputKeys, selectRecipe } from '@darkroom/pipeline';
import type { Comparison } from './comparison.ts';
import type { Finding } from './finding.ts';
import { keyOf, manifestOf, type OutputFolder } from './output-folder.ts';
import { belongsTo, ownerOf } from './owner.ts';
import { NO_REQUESTS, requestsToEmpty } from './requests.ts';

export function leftover({ path }: OutputFolder): Finding {
  return { kind: 'leftover', key: path, bytes: 0, requests: NO_REQUESTS };
}

/** A folder `K/` with no source `K`. What does not say that it is K's is not ours, and is left alone. */
export async function judgeFolder(folder: OutputFolder, comparison: Comparison): Promise<Finding> {
  const key = keyOf(folder);
  const isOurs = await belongsTo(key, comparison.outputs, folder);
  return isOurs ? withoutSource(folder, key, comparison) : leftover(folder);
}

/**
 * A folder `_long/HASH/`, whose key only its content tells.
 * @returns nothing where its source is there, and judged already, or is outside the prefix
 */
export async function judgeLongFolder(
  folder: OutputFolder,
  comparison: Comparison,
): Promise<Finding | undefined> {
  const owner = await ownerOf(comparison.outputs, folder);
  if (owner === undefined) return comparison.prefix === '' ? leftover(folder) : undefined;
  if (!owner.startsWith(comparison.prefix)) return undefined;
  const hasSource = (await comparison.sources.head(owner)) !== undefined;
  if (!hasSource) return withoutSource(folder, owner, comparison);
  return isFolderOf(folder, owner, comparison) ? undefined : leftover(folder);
}

function withoutSource(folder: OutputFolder, key: string, comparison: Comparison): Finding {
  const recipe = selectRecipe(comparison.recipes, key);
  // The handler would look elsewhere.
  if (!recipe || !isFolderOf(folder, key, comparison)) return leftover(folder);
  if (recipe.onSourceRemoved === 'keep')
    return { kind: 'kept', key, bytes: 0, requests: NO_REQUESTS };
  const requests = requestsToEmpty(folder.count, manifestOf(folder) !== undefined);
  return { kind: 'orphaned', key, bytes: 0, requests };
}

function isFolderOf(folder: OutputFolder, key: string, { recipes }: Comparison): boolean {
  const recipe = selectRecipe(recipes, key);
  return recipe !== undefined && outputKeys(key, recipe).prefix === folder.path;
}
