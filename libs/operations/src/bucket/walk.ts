import pLimit from 'p-limit';
import type { Comparison } from './comparison.ts';
import type { Finding } from './finding.ts';
import { compareByFolder } from './folder-order.ts';
import { keysPart } from './keys-part.ts';
import { longKeysPart } from './long-keys-part.ts';
import type { WalkPosition } from './walk-position.ts';

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
  comparison: Comparison,
  from: WalkPosition,
  size = ENTRIES_A_PAGE,
): AsyncGenerator<WalkPage> {
  let start = from;
  if (start.part === 'keys') {
    yield* pages(keysPart(comparison, start), start.done, size);
    const { done: _, ...rest } = start;
    const nothing = { after: '', open: [] };
    start = { ...rest, part: 'long-keys', sources: nothing, outputs: nothing };
  }
  yield* pages(longKeysPart(comparison, start), start.done, size);
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
