import { compareUtf8 } from './utf8-order.ts';

export interface ListQuery {
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  /** The key or common prefix after which the page begins; empty for the first page. */
  readonly after: string;
  readonly maxKeys: number;
}

export interface ListPage {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page goes on; `undefined` when this is the last one. */
  readonly next: string | undefined;
}

/** One page of a listing, in S3's order; keys and common prefixes count alike. */
export function listPage(all: Iterable<string>, query: ListQuery): ListPage {
  const { prefix, delimiter, after, maxKeys } = query;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last = after;
  for (const key of candidates(all, prefix, after)) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end === -1 ? key : key.slice(0, end + delimiter.length);
    if (compareUtf8(name, last) <= 0) continue; // of a common prefix that is listed already
    if (keys.length + commonPrefixes.length >= maxKeys) {
      return { keys, commonPrefixes, next: maxKeys > 0 ? last : undefined };
    }
    (end === -1 ? keys : commonPrefixes).push(name);
    last = name;
  }
  return { keys, commonPrefixes, next: undefined };
}

function candidates(all: Iterable<string>, prefix: string, after: string): string[] {
  return [...all]
    .filter((key) => key.startsWith(prefix) && compareUtf8(key, after) > 0)
    .sort(compareUtf8);
}
