import {
  hasRightOutcome,
  isSameSource,
  isUpToDate,
  mayBeRetried,
  mostOutputs,
  type Manifest,
  outputKeys,
  outputMetadata,
  parseManifest,
  type Recipe,
  selectRecipe,
} from '@darkroom/pipeline';
import {
  type BucketReader,
  type BucketPair,
  folderOf,
  type ListedObject,
  NestedStream,
  type Nesting,
  ObjectCursor,
} from './listing.ts';
import { isMadeOf } from './outcome.ts';

/** The kinds of findings of a comparison. Each requires at most one action. */
export const KINDS = [
  /** The outputs are those of the upload under the recipe. */
  'up-to-date',
  /** No manifest of Darkroom: never processed, or its event was lost. */
  'missing',
  /** The manifest is another upload's: an event was lost, or is still in the queue. */
  'source-changed',
  /** Made with another recipe, other limits, or other settings of outcome files. */
  'recipe-changed',
  /** Made with the same recipe and limits, and with earlier versions of the transforms. */
  'transform-changed',
  /** The manifest is right, but the folder's objects are not the ones that it names. */
  'damaged',
  /** Rejected for a reason that an operator may have fixed (`GAVE_UP`, `TRANSFORM_FAILED`). */
  'retryable',
  /** Rejected for good: the upload is not a usable image. */
  'rejected',
  /** No recipe matches the source. Includes folder markers. */
  'no-recipe',
  /** Outputs of a removed source. */
  'orphaned',
  /** The same, and the recipe says `onSourceRemoved: keep`. */
  'kept',
  /**
   * A folder of the processed bucket that no message can reach: no recipe matches its key, the key's outputs have moved,
   * or Darkroom did not write it. It is reported and never changed.
   */
  'leftover',
] as const;

export type Kind = (typeof KINDS)[number];

/** Kinds that a message for the key repairs: the handler reconciles the outputs with the current source. */
export const REPAIRABLE = [
  'missing',
  'source-changed',
  'recipe-changed',
  'transform-changed',
  'damaged',
  'retryable',
  'orphaned',
] as const satisfies Kind[];

export type RepairableKind = (typeof REPAIRABLE)[number];

export function isRepairable(kind: Kind): kind is RepairableKind {
  return (REPAIRABLE as readonly Kind[]).includes(kind);
}

export interface Finding {
  readonly kind: Kind;
  /** Key of the current or removed source; for a `leftover`, the path of the folder. */
  readonly key: string;
  /** Of the source; 0 if it was removed. */
  readonly bytes: number;
  /** Width × height × pages of the source, if the manifest contains them. */
  readonly pixels?: number;
  /** Requests to S3 that the repair takes. */
  readonly requests: Requests;
}

/** Numbers of S3 requests by their price class; `get` and `head` cost the same, `delete` nothing (Amazon S3 pricing). */
export interface Requests {
  readonly list: number;
  readonly get: number;
  readonly put: number;
  readonly head: number;
  readonly delete: number;
}

export const NO_REQUESTS: Requests = { list: 0, get: 0, put: 0, head: 0, delete: 0 };

export function addRequests(a: Requests, b: Requests): Requests {
  return {
    list: a.list + b.list,
    get: a.get + b.get,
    put: a.put + b.put,
    head: a.head + b.head,
    delete: a.delete + b.delete,
  };
}

export function countRequests(requests: Requests): number {
  return Object.values<number>({ ...requests }).reduce((sum, count) => sum + count, 0);
}

/**
 * Requests to fill a folder (docs/reconcile.md, "The protocol"): LIST, GET of the manifest if it exists, GET of the
 * source, PUT of each variant and the manifest, DELETE of other objects, HEAD of the source. If only the source has
 * changed, another HEAD shows it. A rejected upload takes fewer.
 */
export function requestsToFill(
  variants: number,
  listed: number,
  { hasManifest, isSourceChanged }: { hasManifest: boolean; isSourceChanged: boolean },
): Requests {
  return {
    list: 1,
    get: hasManifest ? 2 : 1,
    put: variants + 1,
    head: isSourceChanged ? 2 : 1,
    delete: Math.max(0, listed - variants - 1),
  };
}

/** Requests to empty a folder: LIST, GET of the manifest and source, DELETE of each object, HEAD of the source. */
export function requestsToEmpty(listed: number, hasManifest: boolean): Requests {
  return { list: 1, get: hasManifest ? 2 : 1, put: 0, head: 1, delete: listed };
}

/** @returns undefined if the folder has no manifest of Darkroom */
export async function readManifest(
  outputs: BucketReader,
  folder: ListedFolder,
): Promise<Manifest | undefined> {
  const manifest = manifestOf(folder);
  const bytes = manifest === undefined ? undefined : await outputs.read(manifest);
  return bytes && parseManifest(bytes);
}

/**
 * Whether these are the key's outputs. The manifest decides. If a worker died before it wrote one, the metadata of an
 * output decides.
 */
export async function belongsTo(
  key: string,
  outputs: BucketReader,
  folder: ListedFolder,
): Promise<boolean> {
  const manifest = await readManifest(outputs, folder);
  if (manifest) return manifest.source.key === key;
  const metadata = await metadataOf(outputs, folder);
  const own = outputMetadata(key, '', '');
  const names = ['source-key', 'source-key-sha256'] as const;
  return metadata !== undefined && names.every((name) => metadata[name] === own[name]);
}

/**
 * Returns the source key of the outputs, from the manifest or the metadata.
 *
 * @returns undefined if Darkroom did not write the folder, or the key is too long for a header
 */
export async function ownerOf(
  outputs: BucketReader,
  folder: ListedFolder,
): Promise<string | undefined> {
  const manifest = await readManifest(outputs, folder);
  if (manifest) return manifest.source.key;
  const encoded = (await metadataOf(outputs, folder))?.['source-key'];
  return encoded === undefined ? undefined : decode(encoded);
}

async function metadataOf(outputs: BucketReader, folder: ListedFolder) {
  const first = folder.objects[0]?.[0];
  return first === undefined ? undefined : outputs.head(first).then((head) => head?.metadata);
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** The objects directly in one folder of the processed bucket. */
export interface ListedFolder {
  /** Ends in `/`. */
  readonly path: string;
  /** Number of all its objects. */
  count: number;
  /** Key and ETag of its first objects and of the manifest. */
  readonly objects: [key: string, eTag: string][];
  /** Milliseconds since 1970, if the folder has a manifest. */
  manifestModified?: number | undefined;
}

export function manifestOf(folder: ListedFolder): string | undefined {
  const manifest = `${folder.path}manifest.json`;
  return folder.objects.find(([key]) => key === manifest)?.[0];
}

/** The source key of a folder `K/`. */
export function keyOf({ path }: Pick<ListedFolder, 'path'>): string {
  return path.slice(0, -1);
}

/**
 * @param most objects to keep for one folder. A folder may contain millions, and their count suffices.
 */
export function outputFolders(most: number): Nesting<ListedFolder> {
  const add = (folder: ListedFolder, { key, eTag, lastModified }: ListedObject) => {
    if (folderOf(key) !== folder.path) return false;
    folder.count += 1;
    if (key === `${folder.path}manifest.json`) folder.manifestModified = lastModified;
    if (folder.objects.length < most || key === `${folder.path}manifest.json`)
      folder.objects.push([key, eTag]);
    return true;
  };
  return {
    open(object) {
      const folder: ListedFolder = { path: folderOf(object.key), count: 0, objects: [] };
      add(folder, object);
      return folder;
    },
    add,
    encloses: ({ path }, key) => key.startsWith(path),
  };
}

export function leftover({ path }: ListedFolder): Finding {
  return { kind: 'leftover', key: path, bytes: 0, requests: NO_REQUESTS };
}

/** Judges a folder `K/` without a source `K`. It is a leftover unless its content names K. */
export async function judgeFolder(folder: ListedFolder, buckets: BucketPair): Promise<Finding> {
  const key = keyOf(folder);
  const isOurs = await belongsTo(key, buckets.outputs, folder);
  return isOurs ? withoutSource(folder, key, buckets) : leftover(folder);
}

/**
 * Judges a folder `_long/HASH/`. Only its content names the key.
 * @returns undefined if its source exists (then `judgeSource` reports it) or is outside the prefix
 */
export async function judgeLongFolder(
  folder: ListedFolder,
  buckets: BucketPair,
): Promise<Finding | undefined> {
  const owner = await ownerOf(buckets.outputs, folder);
  if (owner === undefined) return buckets.prefix === '' ? leftover(folder) : undefined;
  if (!owner.startsWith(buckets.prefix)) return undefined;
  const hasSource = (await buckets.sources.head(owner)) !== undefined;
  if (!hasSource) return withoutSource(folder, owner, buckets);
  return isFolderOf(folder, owner, buckets) ? undefined : leftover(folder);
}

function withoutSource(folder: ListedFolder, key: string, buckets: BucketPair): Finding {
  const recipe = selectRecipe(buckets.recipes, key);
  // The handler would use another folder.
  if (!recipe || !isFolderOf(folder, key, buckets)) return leftover(folder);
  if (recipe.onSourceRemoved === 'keep')
    return { kind: 'kept', key, bytes: 0, requests: NO_REQUESTS };
  const requests = requestsToEmpty(folder.count, manifestOf(folder) !== undefined);
  return { kind: 'orphaned', key, bytes: 0, requests };
}

function isFolderOf(folder: ListedFolder, key: string, { recipes }: BucketPair): boolean {
  const recipe = selectRecipe(recipes, key);
  return recipe !== undefined && outputKeys(key, recipe).prefix === folder.path;
}

/** @param beside folder `K/`, which usually contains the key's outputs */
export async function judgeSource(
  source: ListedObject,
  beside: ListedFolder | undefined,
  buckets: BucketPair,
): Promise<Finding[]> {
  const recipe = selectRecipe(buckets.recipes, source.key);
  const leftovers = beside ? [leftover(beside)] : [];
  const { key, bytes } = source;
  if (!recipe) return [{ kind: 'no-recipe', key, bytes, requests: NO_REQUESTS }, ...leftovers];

  const { prefix } = outputKeys(key, recipe);
  const isBeside = prefix === `${key}/`;
  const folder = isBeside ? beside : await listFolder(prefix, buckets);
  // The listing alone proves that outputs are missing, without a read.
  const manifest = folder && (await readManifest(buckets.outputs, folder));
  const isSame =
    manifest &&
    folder &&
    (await isMadeOfListed(manifest, folder, source, { recipe, sources: buckets.sources }));
  const kind = isSame
    ? kindOf(folder, manifest, recipe, buckets)
    : manifest
      ? 'source-changed'
      : 'missing';
  const pixels = kind === 'source-changed' ? undefined : manifest && pixelsOf(manifest);
  const listed = folder?.count ?? 0;
  const hasManifest = folder !== undefined && manifestOf(folder) !== undefined;
  const isSourceChanged = kind === 'source-changed';
  return [
    {
      kind,
      key,
      bytes,
      ...(pixels !== undefined && { pixels }),
      requests: needsNoWork(kind)
        ? NO_REQUESTS
        : requestsToFill(mostOutputs(recipe, manifest?.source), listed, {
            hasManifest,
            isSourceChanged,
          }),
    },
    ...(isBeside ? [] : leftovers),
  ];
}

/**
 * Whether the manifest was made of the listed source. In an unversioned bucket, a source with the same ETag and size may
 * be a twin. The listing does not contain the SHA-256 that its client stored, so a HEAD request reads it, but only if
 * there is one, or the recipe allows choices, and the source may be younger than the manifest. The date of a multipart
 * upload is that of its start.
 */
async function isMadeOfListed(
  manifest: Manifest,
  { manifestModified = 0 }: ListedFolder,
  { key, eTag, bytes, versionId, lastModified, hasSha256 }: ListedObject,
  { recipe, sources }: { recipe: Recipe; sources: BucketReader },
): Promise<boolean> {
  const { source: made } = manifest;
  if (versionId) return made.versionId === versionId;
  if (versionId === null) {
    const { checksumSha256 } = made;
    if (!isSameSource(made, { versionId, eTag, bytes, checksumSha256 })) return false;
    if (checksumSha256 === undefined && !hasSha256 && !recipe.choices) return true;
    const isOlder = !eTag.includes('-') && lastModified < manifestModified;
    if ((checksumSha256 !== undefined) === (hasSha256 ?? false) && isOlder) return true;
  }
  const head = await sources.head(key);
  return head !== undefined && isMadeOf(manifest, head, recipe);
}

/** Judges an upload by its manifest alone: whether its other outputs exist is not known. It takes one read. */
export async function judgeByManifest(source: ListedObject, buckets: BucketPair): Promise<Finding> {
  const { key, bytes } = source;
  const recipe = selectRecipe(buckets.recipes, key);
  if (!recipe) return { kind: 'no-recipe', key, bytes, requests: NO_REQUESTS };
  const body = await buckets.outputs.read(outputKeys(key, recipe).manifest);
  const read = body && parseManifest(body);
  const manifest = read?.source.key === key ? read : undefined;
  const kind = manifest ? kindByManifest(manifest, source, recipe, buckets) : 'missing';
  const isSourceChanged = kind === 'source-changed';
  const pixels = isSourceChanged ? undefined : manifest && pixelsOf(manifest);
  const listed = manifest ? manifest.outputs.length + 1 : 0;
  const hasManifest = manifest !== undefined;
  return {
    ...{ kind, key, bytes },
    ...(pixels !== undefined && { pixels }),
    requests: needsNoWork(kind)
      ? NO_REQUESTS
      : requestsToFill(mostOutputs(recipe, manifest?.source), listed, {
          hasManifest,
          isSourceChanged,
        }),
  };
}

function kindByManifest(
  manifest: Manifest,
  { versionId, eTag, bytes }: ListedObject,
  recipe: Recipe,
  buckets: BucketPair,
): Kind {
  const { source } = manifest;
  const isSame = versionId
    ? source.versionId === versionId
    : source.eTag === eTag && source.bytes === bytes;
  if (!isSame) return 'source-changed';
  const outdated = outdatedKind(manifest, recipe, buckets);
  return outdated ?? (manifest.status === 'rejected' ? 'rejected' : 'up-to-date');
}

function kindOf(
  folder: ListedFolder,
  manifest: Manifest,
  recipe: Recipe,
  buckets: BucketPair,
): Kind {
  const outdated = outdatedKind(manifest, recipe, buckets);
  if (outdated) return outdated;
  const wanted = buckets.wantedOf(recipe);
  const listed = new Map(folder.objects);
  if (listed.size !== folder.count || !isUpToDate(manifest, wanted, listed)) return 'damaged';
  return manifest.status === 'rejected' ? 'rejected' : 'up-to-date';
}

/** @returns undefined if the manifest is that of the recipe */
function outdatedKind(manifest: Manifest, recipe: Recipe, buckets: BucketPair): Kind | undefined {
  const wanted = buckets.wantedOf(recipe);
  if (manifest.recipeHash !== wanted.recipeHash)
    return buckets.earlierHashesOf(recipe).has(manifest.recipeHash)
      ? 'transform-changed'
      : 'recipe-changed';
  if (mayBeRetried(manifest)) return 'retryable';
  if (!hasRightOutcome(manifest, wanted.makeOutcome)) return 'recipe-changed';
  return undefined;
}

function needsNoWork(kind: Kind): boolean {
  return kind === 'up-to-date' || kind === 'rejected';
}

function pixelsOf({ source: { width, height, pages = 1 } }: Manifest): number | undefined {
  return width === undefined || height === undefined ? undefined : width * height * pages;
}

/** Lists the folder of a long key, which is named by the key's hash. */
async function listFolder(
  path: string,
  { outputs, objectsWorthKeeping }: BucketPair,
): Promise<ListedFolder | undefined> {
  const cursor = new ObjectCursor(outputs, path, '', ({ key }) => folderOf(key) === path);
  const folders = new NestedStream(cursor, outputFolders(objectsWorthKeeping), []);
  return folders.peek();
}
