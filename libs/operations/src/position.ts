import { LONG_PREFIX } from '@darkroom/pipeline';
import pLimit from 'p-limit';
import * as z from 'zod';
import {
  type Finding,
  judgeFolder,
  judgeLongFolder,
  judgeSource,
  keyOf,
  outputFolders,
} from './judge.ts';
import {
  type BucketPair,
  compareByFolder,
  folderOf,
  goesFirst,
  type ListedObject,
  NestedStream,
  type Nesting,
  ObjectCursor,
} from './listing.ts';
import { OperationError } from './operation-error.ts';

const key = z.string().max(1024);
const listedObject = z.strictObject({
  ...{ key, eTag: z.string(), bytes: z.number() },
  // Positions of earlier versions lack these.
  versionId: z.string().nullable().optional(),
  lastModified: z.number().default(0),
  hasSha256: z.boolean().optional(),
});
const listedFolder = z.strictObject({
  path: key,
  count: z.int(),
  manifestModified: z.number().optional(),
  objects: z.array(z.tuple([key, z.string()])),
});

export const walkPositionSchema = z.strictObject({
  version: z.literal(1),
  sourceBucket: z.string(),
  processedBucket: z.string(),
  prefix: key,
  /** `keys`: sources with their outputs. Then `long-keys`: the outputs of long keys without a source. */
  part: z.enum(['keys', 'long-keys']),
  sources: z.strictObject({ after: key, open: z.array(listedObject) }),
  outputs: z.strictObject({ after: key, open: z.array(listedFolder) }),
  /** Key of the last completed entry, if it is inside a page. */
  done: key.optional(),
});

/**
 * The position from which a walk over the two buckets resumes. JSON of a few hundred bytes, without secrets. It does not
 * expire: a resumed walk compares the current objects.
 */
export type WalkPosition = z.output<typeof walkPositionSchema>;

export function startOf({ sources, outputs, prefix }: BucketPair): WalkPosition {
  return {
    version: 1,
    sourceBucket: sources.bucket,
    processedBucket: outputs.bucket,
    prefix,
    part: 'keys',
    sources: { after: '', open: [] },
    outputs: { after: '', open: [] },
  };
}

/**
 * Validates a saved position.
 * @throws OperationError `INVALID_POSITION` if it is not valid, or belongs to other buckets or another prefix
 */
export function checkPosition(input: unknown, buckets: BucketPair): WalkPosition {
  const { success, data, error } = walkPositionSchema.safeParse(input);
  if (!success)
    throw new OperationError('INVALID_POSITION', 'This is not a saved position', { cause: error });
  const start = startOf(buckets);
  for (const name of ['sourceBucket', 'processedBucket', 'prefix'] as const)
    if (data[name] !== start[name])
      throw new OperationError(
        'INVALID_POSITION',
        `The saved position is for the ${name} "${data[name]}", this run for "${start[name]}"`,
      );
  return data;
}

/** Every object is a thing of its own. A later object that goes first counts as nested. */
const SOURCES: Nesting<ListedObject> = {
  open: (object) => object,
  add: () => false,
  encloses: ({ key }, later) => goesFirst(later, key),
};

/** Merges both listings: every source with its folder `K/`, and every folder without a source. */
export function keysPart(buckets: BucketPair, from: WalkPosition): Part {
  const { prefix } = buckets;
  const sources = new NestedStream(
    new ObjectCursor(buckets.sources, prefix, from.sources.after),
    SOURCES,
    from.sources.open,
  );
  const folders = new NestedStream(
    new ObjectCursor(buckets.outputs, prefix, from.outputs.after, ({ key }) =>
      standsForAKey(folderOf(key), prefix),
    ),
    outputFolders(buckets.objectsWorthKeeping),
    from.outputs.open,
  );

  return {
    async next(): Promise<Entry | undefined> {
      const source = await sources.peek();
      const folder = await folders.peek();
      const order = source && folder ? compareByFolder(source.key, keyOf(folder)) : source ? -1 : 1;
      if (source && order <= 0) {
        sources.take();
        const beside = order === 0 ? folder : undefined;
        if (beside) folders.take();
        return { key: source.key, judge: () => judgeSource(source, beside, buckets) };
      }
      if (!folder) return undefined;
      folders.take();
      return { key: keyOf(folder), judge: async () => [await judgeFolder(folder, buckets)] };
    },

    position: () => ({
      version: 1,
      sourceBucket: buckets.sources.bucket,
      processedBucket: buckets.outputs.bucket,
      prefix,
      part: 'keys',
      sources: sources.position(),
      outputs: folders.position(),
    }),
  };
}

/** Objects outside of folders are not outputs. `longKeysPart` handles those below `_long/`. */
function standsForAKey(folder: string, prefix: string): boolean {
  const isLong = folder.startsWith(LONG_PREFIX) && folder !== LONG_PREFIX;
  return folder !== '' && !isLong && keyOf({ path: folder }).startsWith(prefix);
}

/** Every folder below `_long/`, to find those without a source. */
export function longKeysPart(buckets: BucketPair, from: WalkPosition): Part {
  const folders = new NestedStream(
    new ObjectCursor(
      buckets.outputs,
      LONG_PREFIX,
      from.outputs.after,
      // The objects directly below `_long/` are the outputs of an upload with the key `_long`.
      ({ key }) => folderOf(key) !== LONG_PREFIX,
    ),
    outputFolders(buckets.objectsWorthKeeping),
    from.outputs.open,
  );
  return {
    async next() {
      const folder = await folders.peek();
      if (!folder) return undefined;
      folders.take();
      return {
        key: keyOf(folder),
        async judge() {
          const finding = await judgeLongFolder(folder, buckets);
          return finding ? [finding] : [];
        },
      };
    },

    position: () => ({
      version: 1,
      sourceBucket: buckets.sources.bucket,
      processedBucket: buckets.outputs.bucket,
      prefix: buckets.prefix,
      part: 'long-keys',
      sources: { after: '', open: [] },
      outputs: folders.position(),
    }),
  };
}

/** Entries that a walk judges together. It keeps them and one page of each listing in memory. */
const ENTRIES_A_PAGE = 500;
/** Concurrent reads of manifests. */
const READS_AT_ONCE = 16;

export interface WalkPage<Position = WalkPosition> {
  readonly entries: readonly JudgedEntry[];
  /** Position after one of the entries. @param key of the entry */
  readonly after: (key: string) => Position;
  /** Position of the start of the next page. */
  readonly end: Position;
}

/** A way to find the uploads and judge them: by listings of both buckets, or by a report. */
export interface Pages<Position = WalkPosition> {
  readonly start: Position;
  /** @throws OperationError `INVALID_POSITION` */
  check(saved: unknown): Position;
  walk(from: Position): AsyncGenerator<WalkPage<Position>>;
}

export function bucketPages(buckets: BucketPair): Pages {
  return {
    start: startOf(buckets),
    check: (saved) => checkPosition(saved, buckets),
    walk: (from) => walk(buckets, from),
  };
}

export interface JudgedEntry {
  /** For `WalkPosition.done`. */
  readonly key: string;
  readonly findings: readonly Finding[];
}

/** A source with its folder of outputs, or one of them alone. */
export interface Entry {
  readonly key: string;
  judge(): Promise<readonly Finding[]>;
}

/** One pass over listings, in the order of folders. */
export interface Part {
  next(): Promise<Entry | undefined>;
  position(): WalkPosition;
}

/**
 * Compares the two buckets page by page, in one pass over each.
 *
 * @param size entries of a page
 */
export async function* walk(
  buckets: BucketPair,
  from: WalkPosition,
  size = ENTRIES_A_PAGE,
): AsyncGenerator<WalkPage> {
  let start = from;
  if (start.part === 'keys') {
    yield* pages(keysPart(buckets, start), start.done, size);
    const { done: _, ...rest } = start;
    const nothing = { after: '', open: [] };
    start = { ...rest, part: 'long-keys', sources: nothing, outputs: nothing };
  }
  yield* pages(longKeysPart(buckets, start), start.done, size);
}

/** @param done the walk skips entries up to this one */
async function* pages(
  part: Part,
  done: string | undefined,
  size: number,
): AsyncGenerator<WalkPage> {
  const limit = pLimit(READS_AT_ONCE);
  for (;;) {
    const start = part.position();
    const entries = await take(size, part);
    if (entries.length === 0) return;
    const judged = entries
      .filter(({ key }) => done === undefined || compareByFolder(key, done) > 0)
      .map((entry) => limit(async () => ({ key: entry.key, findings: await entry.judge() })));
    yield {
      entries: await Promise.all(judged),
      after: (key) => ({ ...start, done: key }),
      end: part.position(),
    };
  }
}

async function take(count: number, part: Part): Promise<Entry[]> {
  const entries: Entry[] = [];
  while (entries.length < count) {
    const entry = await part.next();
    if (!entry) break;
    entries.push(entry);
  }
  return entries;
}
