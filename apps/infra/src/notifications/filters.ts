import type { Recipe } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';

/** Keys that begin with `prefix` and end in `suffix`; empty for any. */
export interface Filter {
  readonly prefix: string;
  readonly suffix: string;
}

/** S3's quota for one bucket (S3 user guide, "Amazon S3 Event Notifications"). */
const MAX_FILTERS = 100;

/**
 * S3 compares a filter with the URL-encoded key, and is documented only in part on what it encodes ("Configuring event
 * notifications using object key name filtering"). These characters are the same either way. A filter ends before any
 * other one: if it lets a key through that no recipe matches, that costs an acknowledged message; if it held one back,
 * it would cost an upload.
 */
const SAFE_BEGINNING = /^[A-Za-z0-9/._-]*/;
const SAFE_END = /[A-Za-z0-9/._-]*$/;

/** The recipes' matches ask for more than a bucket's notifications can say. */
export class FilterError extends pulumi.RunError {
  override readonly name = 'FilterError';
  readonly code = 'TOO_MANY_FILTERS';
}

/**
 * The notification filters that the recipes' matches imply. Every key that a recipe matches passes exactly one of them.
 * S3 refuses filters that overlap, so those are merged into the shorter prefix and suffix.
 *
 * @throws FilterError where more than 100 are left
 */
export function notificationFilters(recipes: readonly Pick<Recipe, 'match'>[]): Filter[] {
  const disjoint = recipes
    .flatMap(({ match }) =>
      (match.suffixes ?? ['']).map((suffix) => ({
        prefix: SAFE_BEGINNING.exec(match.prefix)?.[0] ?? '',
        suffix: SAFE_END.exec(suffix)?.[0] ?? '',
      })),
    )
    .reduce<Filter[]>(addFilter, []);
  if (disjoint.length > MAX_FILTERS)
    throw new FilterError(
      `recipes: their matches need ${disjoint.length} notification filters, S3 takes ${MAX_FILTERS} for a bucket: ` +
        'give the recipes fewer suffixes, or prefixes that begin alike',
    );
  return disjoint;
}

/** The shortest of the filters' prefixes that cover all of them. */
export function prefixesOf(filters: readonly Filter[]): string[] {
  const prefixes = [...new Set(filters.map(({ prefix }) => prefix))];
  return prefixes.filter(
    (prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)),
  );
}

/** Merging may make a filter overlap with one that it was apart from: so the merged one is added anew. */
function addFilter(filters: readonly Filter[], filter: Filter): Filter[] {
  const other = filters.find((candidate) => overlap(candidate, filter));
  if (!other) return [...filters, filter];
  return addFilter(
    filters.filter((candidate) => candidate !== other),
    {
      prefix: shorter(other.prefix, filter.prefix),
      suffix: shorter(other.suffix, filter.suffix),
    },
  );
}

/** S3's own rule: some key could pass both. */
export function overlap(a: Filter, b: Filter): boolean {
  return (
    (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
    (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix))
  );
}

function shorter(a: string, b: string): string {
  return a.length <= b.length ? a : b;
}
