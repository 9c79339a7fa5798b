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
const listedObject = z.strictObject({ key, eTag: z.string(), bytes: z.number() });
const listedFolder = z.strictObject({
  path: key,
  count: z.int(),
  objects: z.array(z.tuple([key, z.string()])),
});

export const walkPositionSchema = z.strictObject({
  version: z.literal(1),
  sourceBucket: z.string(),
  processedBucket: z.string(),
  prefix: key,
  /** Sources first, each beside its outputs; then the outputs of long keys, for those whose source is gone. */
  part: z.enum(['keys', 'long-keys']),
  sources: z.strictObject({ after: key, open: z.array(listedObject) }),
  outputs: z.strictObject({ after: key, open: z.array(listedFolder) }),
  /** Key of the entry that was done with last, where that is in the middle of a page. */
  done: key.optional(),
});

/**
 * Where a walk over the two buckets goes on. JSON, some hundred bytes, for a file. Nothing in it is secret, and a walk
 * from a position that is days old is right too: it compares what is there by then.
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
 * A position as it was read from a file.
 * @throws OperationError `INVALID_POSITION`: it is none, or of other buckets or another prefix
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

/** Every object is one of its own; what follows and goes first encloses nothing but comes before it. */
const SOURCES: Nesting<ListedObject> = {
  open: (object) => object,
  add: () => false,
  encloses: ({ key }, later) => goesFirst(later, key),
};

/** Every source with what stands below `K/`, and every such folder without a source: both listings, merged. */
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

/** Objects that are in no folder are nobody's outputs; those below `_long/` have a part of their own. */
function standsForAKey(folder: string, prefix: string): boolean {
  const isLong = folder.startsWith(LONG_PREFIX) && folder !== LONG_PREFIX;
  return folder !== '' && !isLong && keyOf({ path: folder }).startsWith(prefix);
}

/** Every folder below `_long/`, in search of those whose source is gone. */
export function longKeysPart(buckets: BucketPair, from: WalkPosition): Part {
  const folders = new NestedStream(
    new ObjectCursor(
      buckets.outputs,
      LONG_PREFIX,
      from.outputs.after,
      // Directly below `_long/` stand the outputs of an upload whose key is `_long`.
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

/** Keys that are judged together: what a walk holds in memory, beside one page of each listing. */
const ENTRIES_A_PAGE = 500;
/** Manifests that are read at once. */
const READS_AT_ONCE = 16;

export interface WalkPage {
  readonly entries: readonly JudgedEntry[];
  /** Where this page begins. */
  readonly start: WalkPosition;
  /** Where the next one does. */
  readonly end: WalkPosition;
}

export interface JudgedEntry {
  /** For `WalkPosition.done`. */
  readonly key: string;
  readonly findings: readonly Finding[];
}

/** A source with the folder of outputs beside it, or one of them alone. */
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
 * Compares the two buckets, page by page, in one pass over each.
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

/** @param done entries up to this one are left out */
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
    yield { entries: await Promise.all(judged), start, end: part.position() };
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
