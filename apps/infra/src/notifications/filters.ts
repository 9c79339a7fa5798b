import type { Recipe } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';

/** Keys that begin with `prefix` and end with `suffix`. An empty string accepts every key. */
export interface Filter {
  readonly prefix: string;
  readonly suffix: string;
}

/** S3's quota for one bucket (S3 user guide, "Amazon S3 Event Notifications"). */
const MAX_FILTERS = 100;

/**
 * S3 compares a filter with the URL-encoded key, and documents only in part which characters it encodes ("Configuring
 * event notifications using object key name filtering"). Encoding does not change these characters. A filter ends before
 * any other character: a filter that is too wide costs one acknowledged message, a filter that is too narrow loses an
 * upload.
 */
const SAFE_BEGINNING = /^[A-Za-z0-9/._-]*/;
const SAFE_END = /[A-Za-z0-9/._-]*$/;

/** The recipes need more filters than a bucket's notification configuration can have. */
export class FilterError extends pulumi.RunError {
  override readonly name = 'FilterError';
  readonly code = 'TOO_MANY_FILTERS';
}

/**
 * The notification filters for the recipes' matches. Every key that a recipe matches passes exactly one of them.
 * S3 rejects filters that overlap: such filters are merged into the shorter prefix and suffix.
 *
 * @throws FilterError if more than 100 remain
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

/** The shortest list of prefixes that covers all filters. */
export function prefixesOf(filters: readonly Filter[]): string[] {
  const prefixes = [...new Set(filters.map(({ prefix }) => prefix))];
  return prefixes.filter(
    (prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)),
  );
}

/** A merged filter can overlap with others, so it is added like a new one. */
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

/** The rule of S3: some key could pass both filters. */
export function overlap(a: Filter, b: Filter): boolean {
  return (
    (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
    (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix))
  );
}

function shorter(a: string, b: string): string {
  return a.length <= b.length ? a : b;
}
