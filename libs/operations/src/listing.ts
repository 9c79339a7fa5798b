import {
  type _Object,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { decodeKey } from '@darkroom/events';
import {
  type Limits,
  makeOutcomeOf,
  type MakeOutcome,
  type Recipe,
  earlierRecipeHashes,
  recipeHash,
  type Settings,
  type SourceIdentity,
  type Wanted,
} from '@darkroom/pipeline';

/** The operations of a bucket that a comparison uses, with S3's semantics. */
export interface BucketReader {
  readonly bucket: string;
  /** The objects at all depths below a prefix that come after a key, in the order of the UTF-8 bytes of their keys. */
  list(prefix: string, after: string): Promise<ObjectPage>;
  /** @returns undefined if the object does not exist */
  read(key: string): Promise<Uint8Array | undefined>;
  /** @returns undefined if the object does not exist */
  head(key: string): Promise<ObjectHead | undefined>;
}

export interface ObjectHead extends SourceIdentity {
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectPage {
  /** Up to 1,000. */
  readonly objects: readonly ListedObject[];
  /** The key after which the next page begins; undefined if this is the last page. */
  readonly next: string | undefined;
}

export interface ListedObject {
  readonly key: string;
  /** Without quotes, as in manifests. */
  readonly eTag: string;
  readonly bytes: number;
  /** Only of a listing with versions; `null` for the version without an id. */
  readonly versionId?: string | null;
  /** Milliseconds since 1970, in whole seconds on AWS. */
  readonly lastModified: number;
  /** Whether the client stored a SHA-256, if the listing contains it. */
  readonly hasSha256?: boolean;
}

/** For general-purpose buckets: directory buckets list keys without an order (Amazon S3 API reference, ListObjectsV2). */
export function s3BucketReader(s3: S3Client, bucket: string): BucketReader {
  return {
    bucket,

    async list(prefix, after) {
      // StartAfter instead of a continuation token, which may expire before a saved position is used.
      const { Contents = [], IsTruncated = false } = await s3.send(
        new ListObjectsV2Command({
          ...pageOf(bucket, prefix),
          ...(after !== '' && { StartAfter: after }),
        }),
      );
      const objects = Contents.map(listedObject);
      return { objects, next: IsTruncated ? objects.at(-1)?.key : undefined };
    },

    async read(key) {
      const object = await unlessMissing(
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
      );
      return object?.Body?.transformToByteArray();
    },

    async head(key) {
      const object = await unlessMissing(
        s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' })),
      );
      if (!object) return undefined;
      return { ...identityOf(object), metadata: object.Metadata ?? {} };
    },
  };
}

/**
 * Lists the newest versions with their ids, also of an unversioned bucket. A page has up to 1,000 versions and delete
 * markers, older ones included, and so up to 1,000 objects. It needs the permission `s3:ListBucketVersions`.
 */
export function s3SourceReader(s3: S3Client, bucket: string): BucketReader {
  return {
    ...s3BucketReader(s3, bucket),

    async list(prefix, after) {
      const {
        Versions = [],
        IsTruncated,
        NextKeyMarker,
      } = await s3.send(
        new ListObjectVersionsCommand({
          ...pageOf(bucket, prefix),
          // Without a version, the page begins after all versions of this key.
          ...(after !== '' && { KeyMarker: after }),
        }),
      );
      return {
        objects: Versions.filter(({ IsLatest }) => IsLatest).map((version) => ({
          ...listedObject(version),
          versionId: versionIdOf(version.VersionId),
        })),
        next: IsTruncated && NextKeyMarker ? decodeKey(NextKeyMarker) : undefined,
      };
    },
  };
}

/** Keys may contain characters that XML does not allow. S3 encodes them as in notifications. */
function pageOf(bucket: string, prefix: string) {
  return { Bucket: bucket, Prefix: prefix, EncodingType: 'url' } as const;
}

function listedObject({ Key = '', ETag, Size = 0, LastModified, ChecksumAlgorithm }: _Object) {
  return {
    key: decodeKey(Key),
    eTag: bare(ETag),
    bytes: Size,
    lastModified: LastModified?.getTime() ?? 0,
    ...(ChecksumAlgorithm && { hasSha256: ChecksumAlgorithm.includes('SHA256') }),
  };
}

function bare(eTag = ''): string {
  return eTag.replaceAll('"', '');
}

/** Of an answer to HEAD, with its checksum, or to PUT. */
export function identityOf(answer: {
  readonly ETag?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ChecksumSHA256?: string | undefined;
}): SourceIdentity {
  const { ETag, VersionId, ContentLength: bytes = 0, ChecksumSHA256 } = answer;
  return {
    ...{ eTag: bare(ETag), versionId: versionIdOf(VersionId), bytes },
    ...(ChecksumSHA256 && { checksumSha256: ChecksumSHA256 }),
  };
}

/** S3 writes the text `null` for the version without an id. */
function versionIdOf(listed: string | undefined): string | null {
  return listed === undefined || listed === 'null' ? null : listed;
}

/** Resolves to undefined if the object does not exist. */
export async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    // GET fails with NoSuchKey. HEAD, without a response body, fails with NotFound.
    if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound'))
      return undefined;
    throw error;
  }
}

/** The buckets to compare and their settings. */
export interface BucketOptions {
  readonly s3: S3Client;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  /** The stack's settings, as `parseSettings` returns them. */
  readonly settings: Pick<Settings, 'recipes' | 'limits' | 'delivery'>;
  /** Compares only keys with this prefix. Default: every key. */
  readonly prefix?: string;
}

export interface InventoryOptions {
  /**
   * `s3://BUCKET/…/manifest.json` of an S3 Inventory report of the source bucket, as CSV with the fields Size and ETag. It
   * replaces the listings of both buckets.
   */
  readonly inventory?: string | undefined;
}

export function bucketPairOf(buckets: BucketOptions): BucketPair {
  const { s3, sourceBucket, processedBucket, settings, prefix = '' } = buckets;
  return new BucketPair({
    sources: s3SourceReader(s3, sourceBucket),
    outputs: s3BucketReader(s3, processedBucket),
    recipes: settings.recipes,
    limits: settings.limits,
    makeOutcome: makeOutcomeOf(settings),
    prefix,
  });
}

/** The two buckets and the recipes. */
export class BucketPair {
  readonly sources: BucketReader;
  readonly outputs: BucketReader;
  readonly recipes: readonly Recipe[];
  /** Limits the comparison to sources with this prefix and their outputs. */
  readonly prefix: string;
  readonly #hashes: ReadonlyMap<Recipe, string>;
  readonly #limits: Limits;
  readonly #earlierHashes = new Map<Recipe, ReadonlySet<string>>();
  readonly #makeOutcome: MakeOutcome | undefined;

  constructor(options: {
    readonly sources: BucketReader;
    readonly outputs: BucketReader;
    readonly recipes: readonly Recipe[];
    readonly limits: Limits;
    readonly makeOutcome?: MakeOutcome | undefined;
    readonly prefix: string;
  }) {
    this.sources = options.sources;
    this.outputs = options.outputs;
    this.recipes = options.recipes;
    this.prefix = options.prefix;
    this.#makeOutcome = options.makeOutcome;
    this.#hashes = new Map(
      options.recipes.map((recipe) => [recipe, recipeHash(recipe, options.limits)]),
    );
    this.#limits = options.limits;
  }

  /** Hashes of the recipe with earlier versions of the transforms. @param recipe one of `recipes` */
  earlierHashesOf(recipe: Recipe): ReadonlySet<string> {
    const hashes = this.#earlierHashes.get(recipe) ?? earlierRecipeHashes(recipe, this.#limits);
    this.#earlierHashes.set(recipe, hashes);
    return hashes;
  }

  /** What manifests of a recipe must agree with. @param recipe one of `recipes` */
  wantedOf(recipe: Recipe): Wanted {
    return { recipeHash: this.#hashes.get(recipe) ?? '', makeOutcome: this.#makeOutcome };
  }

  /** Objects to keep for one folder: one more than any recipe can make proves that the folder is damaged. */
  get objectsWorthKeeping(): number {
    return Math.max(...this.recipes.map(({ variants }) => variants.length)) + 3;
  }
}

/**
 * The order in which the listings of both buckets are merged.
 *
 * S3 lists in the order of UTF-8 bytes, which is not the same for sources and their outputs: `a.jpg` comes before
 * `a.jpg-x`, but `a.jpg-x/thumb.webp` comes before `a.jpg/thumb.webp`, because `-` is less than `/`. The listing also
 * mixes a folder's objects with its subfolders: `a.jpg/b.jpg/thumb.webp` is between `a.jpg/a.webp` and
 * `a.jpg/thumb.webp`.
 *
 * A folder `K/` is complete after every key that begins with `K/`. This is the order of `K0`, because `0` is the
 * character after `/`. Sources follow the same order if each waits for later keys that begin with it and a character up
 * to `/`. The waiting keys are a chain in which each begins with the one before. It has at most 1,024 keys, the
 * length of a key.
 */
export function compareByFolder(left: string, right: string): number {
  return compareKeys(`${left}0`, `${right}0`);
}

/** The order of S3's listings. JavaScript compares UTF-16 units, which sort U+10000 and above before U+E000. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** Whether a source that is listed later precedes a waiting source in the order of `compareByFolder`. */
export function goesFirst(later: string, waiting: string): boolean {
  return later.startsWith(waiting) && later.charCodeAt(waiting.length) <= SLASH;
}

const SLASH = '/'.charCodeAt(0);

/** The folder of an object: `a/b/` for `a/b/c`, empty for `c`. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Iterates over the objects of a listing, page by page. */
export class ObjectCursor {
  readonly #reader: BucketReader;
  readonly #prefix: string;
  readonly #accepts: (object: ListedObject) => boolean;
  /** Key of the last object taken. A later walk resumes after it. */
  #after: string;
  #page: readonly ListedObject[] = [];
  #index = 0;
  #listedUpTo: string;
  #isLast = false;

  constructor(
    reader: BucketReader,
    prefix: string,
    after: string,
    accepts: (object: ListedObject) => boolean = () => true,
  ) {
    this.#reader = reader;
    this.#prefix = prefix;
    this.#after = after;
    this.#listedUpTo = after;
    this.#accepts = accepts;
  }

  get after(): string {
    return this.#after;
  }

  /** @returns undefined at the end */
  async peek(): Promise<ListedObject | undefined> {
    while (this.#index >= this.#page.length && !this.#isLast) {
      const { objects, next } = await this.#reader.list(this.#prefix, this.#listedUpTo);
      this.#listedUpTo = next ?? this.#listedUpTo;
      this.#isLast = next === undefined;
      this.#page = objects.filter(this.#accepts);
      this.#index = 0;
    }
    return this.#page[this.#index];
  }

  /** Moves past the object that `peek` returned. */
  take(): void {
    this.#after = this.#page[this.#index]?.key ?? this.#after;
    this.#index += 1;
  }
}

/** Groups listed objects into nested things, for example folders. */
export interface Nesting<T> {
  /** Creates a thing from its first object. */
  open(object: ListedObject): T;
  /** @returns false if the object belongs to a nested thing instead */
  add(thing: T, object: ListedObject): boolean;
  /** Whether a later object belongs to this thing or to one nested in it. */
  encloses(thing: T, key: string): boolean;
}

/** The state from which a stream resumes. */
export interface StreamPosition<T> {
  /** Key of the last object that is part of `open` or of a taken thing. */
  readonly after: string;
  /** Incomplete things, outermost first. */
  readonly open: T[];
}

/** Yields things when they are complete: nested things come first. */
export class NestedStream<T> {
  readonly #cursor: ObjectCursor;
  readonly #nesting: Nesting<T>;
  readonly #open: T[];

  constructor(cursor: ObjectCursor, nesting: Nesting<T>, open: readonly T[]) {
    this.#cursor = cursor;
    this.#nesting = nesting;
    this.#open = [...structuredClone(open)];
  }

  /** @returns the next complete thing, undefined at the end */
  async peek(): Promise<T | undefined> {
    for (;;) {
      const next = await this.#cursor.peek();
      const top = this.#open.at(-1);
      if (top !== undefined && !(next && this.#nesting.encloses(top, next.key))) return top;
      if (next === undefined) return undefined;
      if (top === undefined || !this.#nesting.add(top, next))
        this.#open.push(this.#nesting.open(next));
      this.#cursor.take();
    }
  }

  /** Moves past the thing that `peek` returned. */
  take(): void {
    this.#open.pop();
  }

  position(): StreamPosition<T> {
    return { after: this.#cursor.after, open: structuredClone(this.#open) };
  }
}
