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
