import { isUpToDate, outputKeys, selectRecipe, type Manifest } from '@darkroom/pipeline';
import type { ListedObject } from './bucket-reader.ts';
import type { Comparison } from './comparison.ts';
import type { Finding, Kind } from './finding.ts';
import { folderOf } from './folder-order.ts';
import { leftover } from './judge-folder.ts';
import { NestedStream } from './nested-stream.ts';
import { ObjectCursor } from './object-cursor.ts';
import { manifestOf, outputFolders, type OutputFolder } from './output-folder.ts';
import { readManifest } from './owner.ts';
import { NO_REQUESTS, requestsToFill } from './requests.ts';

/** @param beside what stands below `K/`, where the key's outputs usually are */
export async function judgeSource(
  source: ListedObject,
  beside: OutputFolder | undefined,
  comparison: Comparison,
): Promise<Finding[]> {
  const recipe = selectRecipe(comparison.recipes, source.key);
  const strays = beside ? [leftover(beside)] : [];
  const { key, bytes } = source;
  if (!recipe) return [{ kind: 'no-recipe', key, bytes, requests: NO_REQUESTS }, ...strays];

  const { prefix } = outputKeys(key, recipe);
  const isBeside = prefix === `${key}/`;
  const folder = isBeside ? beside : await listFolder(prefix, comparison);
  // The listing alone proves that it is missing: nothing to read.
  const manifest = folder && (await readManifest(comparison.outputs, folder));
  const kind = compare(source, folder, manifest, comparison.hashOf(recipe) ?? '');
  const pixels = kind === 'source-changed' ? undefined : manifest && pixelsOf(manifest);
  const listed = folder?.count ?? 0;
  const hasManifest = folder !== undefined && manifestOf(folder) !== undefined;
  return [
    {
      kind,
      key,
      bytes,
      ...(pixels !== undefined && { pixels }),
      requests: isSettled(kind)
        ? NO_REQUESTS
        : requestsToFill(recipe.variants.length, listed, hasManifest),
    },
    ...(isBeside ? [] : strays),
  ];
}

function compare(
  source: ListedObject,
  folder: OutputFolder | undefined,
  manifest: Manifest | undefined,
  recipeHash: string,
): Kind {
  if (!folder || !manifest) return 'missing';
  if (manifest.source.eTag !== source.eTag) return 'source-changed';
  if (manifest.recipeHash !== recipeHash) return 'recipe-changed';
  if (manifest.status === 'rejected' && manifest.error.retryable) return 'retryable';
  const listed = new Map(folder.objects);
  if (listed.size !== folder.count || !isUpToDate(manifest, recipeHash, listed)) return 'damaged';
  return manifest.status === 'rejected' ? 'rejected' : 'up-to-date';
}

function isSettled(kind: Kind): boolean {
  return kind === 'up-to-date' || kind === 'rejected';
}

function pixelsOf({ source: { width, height, pages = 1 } }: Manifest): number | undefined {
  return width === undefined || height === undefined ? undefined : width * height * pages;
}

/** Outputs of a key that leaves no room for more are elsewhere in the listing, by the key's hash. */
async function listFolder(
  path: string,
  { outputs, objectsWorthKeeping }: Comparison,
): Promise<OutputFolder | undefined> {
  const cursor = new ObjectCursor(outputs, path, '', ({ key }) => folderOf(key) === path);
  const folders = new NestedStream(cursor, outputFolders(objectsWorthKeeping), []);
  return folders.peek();
}
