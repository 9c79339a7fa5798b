import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { readManifestOf, s3SourceReader } from '@darkroom/operations';
import {
  isSameSource,
  LONG_PREFIX,
  type Manifest,
  outputKeys,
  type Recipe,
  recipeHash,
  selectRecipe,
  type Settings,
  type SourceIdentity,
} from '@darkroom/pipeline';
import pLimit from 'p-limit';
import type { Counts, Rejections, UploadEntry, UploadFilter } from './schemas.ts';

export interface IndexOptions {
  readonly s3: S3Client;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly settings: Pick<Settings, 'recipes' | 'limits'>;
  /** Most uploads to list, in steps of 1,000. Default: all. */
  readonly most?: number;
  /** Called for an upload that arrives and that no recipe matches. */
  readonly onUnmatched?: (key: string) => void;
  /** Called after changes; reads `revision` from the index. */
  readonly onChange?: () => void;
}

interface Item extends SourceIdentity {
  readonly key: string;
  readonly modified: number;
  /** Undefined until it was read; null without one. */
  manifest?: Facts | null | undefined;
  entry: UploadEntry;
}

/** The part of a manifest that a list shows. The manifests of 100,000 uploads would not fit into memory. */
interface Facts {
  readonly source: SourceIdentity;
  readonly recipeHash: string;
  readonly shown: Partial<UploadEntry>;
  readonly isDone: boolean;
}

/** Width that a card needs on a screen with two device pixels per CSS pixel, pixels. */
const CARD_PIXELS = 200;
/** States that change without a change of the upload. */
const UNFINISHED: ReadonlySet<UploadEntry['state']> = new Set([
  'waiting',
  'processing',
  'out-of-date',
]);
/** Concurrent reads of manifests. */
const READS = 8;

/**
 * All uploads of a pipeline in memory, newest first. It lists the source bucket once and reads the manifests in the
 * background, those of the latest query first. `sourceChanged` and `outputChanged` keep it current. 100,000 uploads take
 * about 100 MB.
 */
export class UploadIndex {
  readonly #options: IndexOptions;
  #settings: IndexOptions['settings'];
  #hashes: ReadonlyMap<string, string>;
  readonly #items = new Map<string, Item>();
  /** Newest first; equal times by key. */
  readonly #sorted: Item[] = [];
  /** Keys of manifests below `_long/`. */
  readonly #long = new Map<string, string>();
  readonly #processing = new Set<string>();
  readonly #reads = pLimit(READS);
  /** Keys whose manifest is to be read; urgent ones are on a page that a person sees. */
  readonly #unread = new Set<string>();
  readonly #urgent = new Set<string>();
  #reading = 0;
  #complete = false;
  #limited = false;
  #revision = 0;
  #stopped = false;
  #listing: Promise<void> | undefined;
  #relist = false;
  #counts: Counts | undefined;

  constructor(options: IndexOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#hashes = hashesOf(options.settings);
  }

  /** Judges all uploads by other recipes. Those whose recipe moves them to another folder are read again. */
  useSettings(settings: IndexOptions['settings']): void {
    const before = new Map([...this.#items.keys()].map((key) => [key, this.#manifestKeyOf(key)]));
    this.#settings = settings;
    this.#hashes = hashesOf(settings);
    for (const item of this.#items.values()) {
      const { key } = item;
      const manifest = this.#manifestKeyOf(key);
      if (manifest !== undefined && manifest !== before.get(key)) {
        item.manifest = undefined;
        this.#await(key, manifest);
      }
      item.entry = this.#entryOf(item);
    }
    this.#changed();
  }

  /** Grows with each change. */
  get revision(): number {
    return this.#revision;
  }

  /** Ends the background work. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Lists the bucket, and removes uploads that the listing does not contain. Calls during a listing cause one more.
   *
   * @throws errors of S3 as the SDK throws them
   */
  refresh(): Promise<void> {
    if (this.#listing) {
      this.#relist = true;
      return this.#listing;
    }
    this.#listing = this.#list().finally(() => {
      this.#listing = undefined;
      if (!this.#relist || this.#stopped) return;
      this.#relist = false;
      this.refresh().catch(() => undefined);
    });
    return this.#listing;
  }

  async #list(): Promise<void> {
    const reader = s3SourceReader(this.#options.s3, this.#options.sourceBucket);
    const began = Date.now();
    const seen = new Set<string>();
    let after: string | undefined = '';
    const { most = Infinity } = this.#options;
    while (after !== undefined && seen.size < most && !this.#stopped) {
      const page = await reader.list('', after);
      for (const { key, eTag, bytes, versionId = null, lastModified } of page.objects) {
        seen.add(key);
        const known = this.#items.get(key);
        if (known?.eTag === eTag && known.versionId === versionId) continue;
        this.#put(key, { eTag, bytes, versionId }, lastModified);
      }
      after = page.next;
      this.#changed();
    }
    // S3's times have whole seconds: an upload during the listing may not be in it.
    for (const { key, modified } of [...this.#items.values()])
      if (!seen.has(key) && modified < began - 1000) this.#remove(key);
    this.#complete = true;
    this.#limited = after !== undefined;
    this.#changed();
  }

  /**
   * Reads the manifests of unfinished uploads again, newest first: for a stack that sends no events to this index.
   *
   * @param most reads
   */
  recheck(most: number): void {
    const unfinished = this.#sorted.filter(({ entry: { state } }) => UNFINISHED.has(state));
    for (const { key } of unfinished.slice(0, most)) this.#unread.add(key);
    this.#pump();
  }

  /** An object of the source bucket was written or deleted. */
  sourceChanged(key: string): void {
    void this.#reads(() => this.#readSource(key)).catch(() => undefined);
  }

  /** An object of the processed bucket was written or deleted. Only manifests matter. */
  outputChanged(outputKey: string): void {
    if (!outputKey.endsWith('/manifest.json')) return;
    const folder = outputKey.slice(0, -'/manifest.json'.length);
    const key = folder.startsWith(LONG_PREFIX) ? this.#long.get(outputKey) : folder;
    if (key === undefined || !this.#items.has(key)) return;
    this.#urgent.add(key);
    this.#pump();
  }

  /** The function begins or ends to work on a key. */
  processing(key: string, isNow: boolean): void {
    if (isNow) this.#processing.add(key);
    else this.#processing.delete(key);
    const item = this.#items.get(key);
    if (!item) return;
    item.entry = this.#entryOf(item);
    this.#changed();
  }

  async #readSource(key: string): Promise<void> {
    const { s3, sourceBucket: Bucket } = this.#options;
    try {
      const head = await s3.send(
        new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' }),
      );
      const { ETag = '', VersionId, ContentLength: bytes = 0, ChecksumSHA256 } = head;
      const identity = {
        eTag: ETag.replaceAll('"', ''),
        versionId: VersionId === undefined || VersionId === 'null' ? null : VersionId,
        bytes,
        ...(ChecksumSHA256 && { checksumSha256: ChecksumSHA256 }),
      };
      this.#put(key, identity, head.LastModified?.getTime() ?? Date.now());
      if (!this.#recipeOf(key) && !key.endsWith('/')) this.#options.onUnmatched?.(key);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NotFound') throw error;
      this.#remove(key);
    }
    this.#changed();
  }

  #put(key: string, identity: SourceIdentity, modified: number): void {
    // Folder markers are not uploads.
    if (key.endsWith('/')) return;
    const before = this.#items.get(key);
    if (before) this.#sorted.splice(this.#placeOf(before), 1);
    const item = { key, ...identity, modified, manifest: before?.manifest } as Item;
    item.entry = this.#entryOf(item);
    this.#items.set(key, item);
    this.#sorted.splice(this.#placeOf(item), 0, item);
    const manifest = this.#manifestKeyOf(key);
    if (manifest !== undefined) this.#await(key, manifest);
  }

  #manifestKeyOf(key: string): string | undefined {
    const recipe = this.#recipeOf(key);
    return recipe && outputKeys(key, recipe).manifest;
  }

  /** Reads the manifest in the background. */
  #await(key: string, manifest: string): void {
    if (manifest.startsWith(LONG_PREFIX)) this.#long.set(manifest, key);
    this.#unread.add(key);
    this.#pump();
  }

  #remove(key: string): void {
    const item = this.#items.get(key);
    if (!item) return;
    this.#sorted.splice(this.#placeOf(item), 1);
    this.#items.delete(key);
    this.#unread.delete(key);
    this.#urgent.delete(key);
  }

  /** Index in the sorted list at which the item is, or belongs. */
  #placeOf(item: Item): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#sorted[middle] as Item;
      if (isBefore(other, item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #recipeOf(key: string): Recipe | undefined {
    return selectRecipe(this.#settings.recipes, key);
  }

  /** Starts reads until `READS` of them run. */
  #pump(): void {
    while (this.#reading < READS && !this.#stopped) {
      const key = first(this.#urgent) ?? first(this.#unread);
      if (key === undefined) return;
      this.#urgent.delete(key);
      this.#unread.delete(key);
      this.#reading += 1;
      void this.#readManifest(key).finally(() => {
        this.#reading -= 1;
        this.#pump();
      });
    }
  }

  async #readManifest(key: string): Promise<void> {
    const recipe = this.#recipeOf(key);
    if (!recipe) return;
    const manifest = await readManifestOf(key, recipe, this.#options).catch(() => undefined);
    const item = this.#items.get(key);
    if (!item) return;
    item.manifest = manifest ? factsOf(manifest) : null;
    item.entry = this.#entryOf(item);
    this.#changed();
  }

  #entryOf({ key, bytes, eTag, versionId, checksumSha256, modified, manifest }: Item): UploadEntry {
    const recipe = this.#recipeOf(key);
    const base = { key, bytes, eTag, modified, recipe: recipe?.name ?? null };
    const nothing = { ...base, outputs: 0, outputBytes: 0 };
    if (!recipe) return { ...nothing, state: 'no-recipe' };
    const isWorking = this.#processing.has(key);
    if (manifest === undefined && !isWorking) return { ...nothing, state: 'reading' };
    const identity = { eTag, versionId, bytes, checksumSha256: manifest?.source.checksumSha256 };
    const isSame =
      manifest &&
      isSameSource(manifest.source, { ...identity, ...(checksumSha256 && { checksumSha256 }) });
    if (!isSame) return { ...nothing, state: isWorking ? 'processing' : 'waiting' };
    const isCurrent = manifest.recipeHash === this.#hashes.get(recipe.name);
    const shown = { ...nothing, ...manifest.shown };
    if (isCurrent) return { ...shown, state: manifest.isDone ? 'done' : 'rejected' };
    return { ...shown, state: isWorking ? 'processing' : 'out-of-date' };
  }

  #changed(): void {
    this.#revision += 1;
    this.#counts = undefined;
    this.#options.onChange?.();
  }

  /** Of all listed uploads. */
  counts(): Counts {
    this.#counts ??= this.#count();
    return this.#counts;
  }

  #count(): Counts {
    const counts = { states: {}, codes: {}, recipes: {}, formats: {} };
    for (const { entry } of this.#sorted) {
      add(counts.states, entry.state);
      if (entry.state === 'rejected') add(counts.codes, entry.code);
      add(counts.recipes, entry.recipe);
      add(counts.formats, entry.format);
    }
    return {
      ...{ listed: this.#sorted.length, complete: this.#complete, limited: this.#limited },
      ...counts,
    };
  }

  /**
   * Rejected uploads by code and by the time of the upload.
   *
   * @param now milliseconds since 1970; the last bar contains it
   */
  rejections(now: number, { bars, seconds }: { bars: number; seconds: number }): Rejections {
    const width = seconds * 1000;
    const begin = (Math.floor(now / width) - bars + 1) * width;
    const codes: Record<string, number[]> = {};
    for (const { entry, modified } of this.#sorted) {
      if (modified < begin) break;
      if (entry.state !== 'rejected' || entry.code === undefined) continue;
      const counts = (codes[entry.code] ??= Array.from({ length: bars }, () => 0));
      // The clock of S3 may be ahead.
      const bar = Math.min(Math.floor((modified - begin) / width), bars - 1);
      counts[bar] = (counts[bar] ?? 0) + 1;
    }
    return { begin, seconds, codes };
  }

  /** A page of the uploads that match, newest first. Reads the manifests of the page before others. */
  query(
    filter: UploadFilter,
    offset: number,
    limit: number,
  ): { total: number; uploads: readonly UploadEntry[] } {
    const matching = this.#matching(filter);
    const uploads = matching.slice(offset, offset + limit).map(({ entry }) => entry);
    for (const { key, state } of uploads) if (state === 'reading') this.#hurry(key);
    return { total: matching.length, uploads };
  }

  #hurry(key: string): void {
    if (this.#unread.has(key)) this.#urgent.add(key);
  }

  #matching(filter: UploadFilter): readonly Item[] {
    const { search, state, code, recipe, format, since } = filter;
    const text = search?.toLowerCase();
    if (!text && !state && !code && !recipe && !format && since === undefined) return this.#sorted;
    return this.#sorted.filter(
      ({ entry, modified }) =>
        (!text || entry.key.toLowerCase().includes(text)) &&
        (!state || entry.state === state) &&
        (!code || (entry.state === 'rejected' && entry.code === code)) &&
        (!recipe || entry.recipe === recipe) &&
        (!format || entry.format === format) &&
        (since === undefined || modified >= since),
    );
  }

  /** @returns undefined if the index does not know the key */
  get(key: string): UploadEntry | undefined {
    return this.#items.get(key)?.entry;
  }

  /** The neighbours of an upload in a list. */
  around(key: string, filter: UploadFilter): Neighbours {
    const matching = this.#matching(filter);
    const at = matching.findIndex((item) => item.key === key);
    return {
      previous: at > 0 ? (matching[at - 1]?.key ?? null) : null,
      next: at >= 0 ? (matching[at + 1]?.key ?? null) : null,
      position: at >= 0 ? at + 1 : null,
      total: matching.length,
    };
  }
}

export interface Neighbours {
  readonly previous: string | null;
  readonly next: string | null;
  /** From 1. */
  readonly position: number | null;
  readonly total: number;
}

function hashesOf({ recipes, limits }: IndexOptions['settings']): ReadonlyMap<string, string> {
  return new Map(recipes.map((recipe) => [recipe.name, recipeHash(recipe, limits)]));
}

function isBefore(left: Item, right: Item): boolean {
  return left.modified === right.modified ? left.key < right.key : left.modified > right.modified;
}

function first(keys: ReadonlySet<string>): string | undefined {
  for (const key of keys) return key;
  return undefined;
}

function add(counts: Record<string, number>, name: string | null | undefined): void {
  if (name) counts[name] = (counts[name] ?? 0) + 1;
}

function factsOf(manifest: Manifest): Facts {
  const { source, recipeHash: hash, outputs } = manifest;
  const { eTag, versionId, bytes, checksumSha256 } = source;
  return {
    source: { eTag: eTag.replaceAll('"', ''), versionId, bytes, checksumSha256 },
    recipeHash: hash,
    isDone: manifest.status === 'done',
    shown: {
      ...optional('format', source.format),
      ...optional('width', source.width),
      ...optional('height', source.height),
      outputs: outputs.length,
      outputBytes: outputs.reduce((sum, output) => sum + output.bytes, 0),
      ...(manifest.status === 'done'
        ? {
            ...optional('thumbnail', thumbnailOf(manifest)),
            ...optional('thumbhash', manifest.placeholder?.thumbhash),
            ...optional('colour', manifest.placeholder?.dominantColour),
          }
        : manifest.error),
    },
  };
}

function optional<Name extends keyof UploadEntry>(
  name: Name,
  value: UploadEntry[Name] | undefined,
): Partial<UploadEntry> {
  return value === undefined ? {} : { [name]: value };
}

/** Formats that every browser shows. */
const SHOWN = new Set(['jpeg', 'png', 'webp', 'avif', 'gif']);

/** The smallest variant that fills a card, else the largest. */
function thumbnailOf({ outputs }: Manifest): UploadEntry['thumbnail'] {
  const shown = outputs.filter(({ format }) => SHOWN.has(format));
  const byWidth = shown.toSorted((a, b) => a.width - b.width || a.bytes - b.bytes);
  const found = byWidth.find(({ width }) => width >= CARD_PIXELS) ?? byWidth.at(-1);
  if (!found) return undefined;
  const { key, eTag, width, height } = found;
  return { key, eTag: eTag.replaceAll('"', ''), width, height };
}
