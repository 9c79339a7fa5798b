import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { decodeKey } from '@darkroom/events';
import { type Limits, type Recipe, recipeHash, type Settings } from '@darkroom/pipeline';

/** One bucket, as a comparison needs it: S3's semantics, not its SDK. */
export interface BucketReader {
  readonly bucket: string;
  /** The objects at all depths below a prefix that come after a key, in the order of the UTF-8 bytes of their keys. */
  list(prefix: string, after: string): Promise<ObjectPage>;
  /** @returns nothing where there is no such object */
  read(key: string): Promise<Uint8Array | undefined>;
  /** @returns the object's own metadata, nothing where there is no such object */
  head(key: string): Promise<Readonly<Record<string, string>> | undefined>;
}

export interface ObjectPage {
  /** Up to 1,000. */
  readonly objects: readonly ListedObject[];
  readonly isLast: boolean;
}

export interface ListedObject {
  readonly key: string;
  /** Without quotes, as manifests have it. */
  readonly eTag: string;
  readonly bytes: number;
}

/** A general-purpose bucket: a directory bucket is listed in no order (Amazon S3 API reference, ListObjectsV2). */
export function s3BucketReader(s3: S3Client, bucket: string): BucketReader {
  return {
    bucket,

    async list(prefix, after) {
      // StartAfter and no token: a token is S3's own and need not hold until a saved position is taken up again.
      const { Contents = [], IsTruncated = false } = await s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(after !== '' && { StartAfter: after }),
          // Keys may hold characters that XML cannot: S3 encodes them on request, as in notifications.
          EncodingType: 'url',
        }),
      );
      return {
        objects: Contents.map(({ Key = '', ETag = '', Size = 0 }) => ({
          key: decodeKey(Key),
          eTag: ETag.replaceAll('"', ''),
          bytes: Size,
        })),
        isLast: !IsTruncated,
      };
    },

    async read(key) {
      const object = await unlessMissing(
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
      );
      return object?.Body?.transformToByteArray();
    },

    async head(key) {
      const object = await unlessMissing(
        s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
      );
      return object && (object.Metadata ?? {});
    },
  };
}

async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    // NoSuchKey of GET, NotFound of HEAD, which has no body that could say more.
    if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound'))
      return undefined;
    throw error;
  }
}

/** Which buckets to compare, by what. */
export interface BucketOptions {
  readonly s3: S3Client;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  /** Of the stack, as `parseSettings` leaves them. */
  readonly settings: Pick<Settings, 'recipes' | 'limits'>;
  /** Only keys that begin so; every key unless given. */
  readonly prefix?: string;
}

export function bucketPairOf(buckets: BucketOptions): BucketPair {
  const { s3, sourceBucket, processedBucket, settings, prefix = '' } = buckets;
  return new BucketPair({
    sources: s3BucketReader(s3, sourceBucket),
    outputs: s3BucketReader(s3, processedBucket),
    recipes: settings.recipes,
    limits: settings.limits,
    prefix,
  });
}

/** The two buckets, and what should be in the second one. */
export class BucketPair {
  readonly sources: BucketReader;
  readonly outputs: BucketReader;
  readonly recipes: readonly Recipe[];
  /** Only sources whose key begins so, and the outputs of such. */
  readonly prefix: string;
  readonly #hashes: ReadonlyMap<Recipe, string>;

  constructor(options: {
    readonly sources: BucketReader;
    readonly outputs: BucketReader;
    readonly recipes: readonly Recipe[];
    readonly limits: Limits;
    readonly prefix: string;
  }) {
    this.sources = options.sources;
    this.outputs = options.outputs;
    this.recipes = options.recipes;
    this.prefix = options.prefix;
    this.#hashes = new Map(
      options.recipes.map((recipe) => [recipe, recipeHash(recipe, options.limits)]),
    );
  }

  /** One of `recipes`. */
  hashOf(recipe: Recipe): string | undefined {
    return this.#hashes.get(recipe);
  }

  /** Objects of one folder that are worth remembering: with one more than the recipe can make, it does not agree. */
  get objectsWorthKeeping(): number {
    return Math.max(...this.recipes.map(({ variants }) => variants.length)) + 2;
  }
}

/**
 * The order in which both buckets can be merged.
 *
 * S3 lists in the order of UTF-8 bytes, so the listings of sources and outputs do not run side by side: `a.jpg` comes
 * before `a.jpg-x`, but `a.jpg-x/thumb.webp` before `a.jpg/thumb.webp`, since `-` is less than `/`. And what is directly
 * in a folder is listed before, between and after what is in the folders below it: `a.jpg/b.jpg/thumb.webp` stands
 * between `a.jpg/a.webp` and `a.jpg/thumb.webp`.
 *
 * A folder `K/` is complete when the listing has left it, so its turn is after everything that begins with `K/`, which is
 * the order of `K0`: `0` is the character after `/`. Sources come in that order too, if each waits for those that follow
 * it and begin with it and a character up to `/`. What waits at any time is a chain of keys, each of which begins with
 * the one before: at most 1,024, since that is a key's length.
 */
export function compareByFolder(left: string, right: string): number {
  return compareKeys(`${left}0`, `${right}0`);
}

/** As S3 lists. JavaScript compares UTF-16 units, which puts U+10000 and up before U+E000. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** Of two sources, the second of which is listed later: whether its turn is before the first one's. */
export function goesFirst(later: string, waiting: string): boolean {
  return later.startsWith(waiting) && later.charCodeAt(waiting.length) <= SLASH;
}

const SLASH = '/'.charCodeAt(0);

/** `a/b/` of `a/b/c`: where the object stands. Empty for one that is in no folder. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Walks a listing object by object, in pages. */
export class ObjectCursor {
  readonly #reader: BucketReader;
  readonly #prefix: string;
  readonly #accepts: (object: ListedObject) => boolean;
  /** Key of the object that was taken last: where a later walk goes on. */
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

  /** @returns nothing at the end */
  async peek(): Promise<ListedObject | undefined> {
    while (this.#index >= this.#page.length && !this.#isLast) {
      const { objects, isLast } = await this.#reader.list(this.#prefix, this.#listedUpTo);
      this.#listedUpTo = objects.at(-1)?.key ?? this.#listedUpTo;
      this.#isLast = isLast || objects.length === 0;
      this.#page = objects.filter(this.#accepts);
      this.#index = 0;
    }
    return this.#page[this.#index];
  }

  /** The object that `peek` showed is done with. */
  take(): void {
    this.#after = this.#page[this.#index]?.key ?? this.#after;
    this.#index += 1;
  }
}

/** How listed objects make up things that can enclose one another. */
export interface Nesting<T> {
  /** The object is the first of its thing. */
  open(object: ListedObject): T;
  /** @returns false where the object is no part of this thing, but of one that it encloses */
  add(thing: T, object: ListedObject): boolean;
  /** Whether an object that is listed later is in this thing, or in one that it encloses. */
  encloses(thing: T, key: string): boolean;
}

/** What a stream has to remember to go on later. */
export interface StreamPosition<T> {
  /** Key of the last object that went into `open`, or into something that has been taken. */
  readonly after: string;
  /** Not complete yet, outermost first. */
  readonly open: T[];
}

/** Turns a listing into things, each when it is complete: those that are enclosed come first. */
export class NestedStream<T> {
  readonly #cursor: ObjectCursor;
  readonly #nesting: Nesting<T>;
  readonly #open: T[];

  constructor(cursor: ObjectCursor, nesting: Nesting<T>, open: readonly T[]) {
    this.#cursor = cursor;
    this.#nesting = nesting;
    this.#open = [...structuredClone(open)];
  }

  /** @returns the next complete thing, nothing at the end */
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

  /** The thing that `peek` showed is done with. */
  take(): void {
    this.#open.pop();
  }

  position(): StreamPosition<T> {
    return { after: this.#cursor.after, open: structuredClone(this.#open) };
  }
}
