import { hasPages, type SourceFacts } from '@darkroom/transforms';
import { pageName } from './page-range.ts';
import type { RecipeVariant } from './variant.ts';
import { holds } from './when.ts';

/** A picture that a recipe makes of an upload. */
export interface WantedVariant extends Omit<RecipeVariant, 'pages'> {
  /** From 1. */
  readonly page: number;
}

/**
 * What a recipe makes of an upload, in the order of the manifest: the variants whose conditions hold, and of those with
 * `pages` one picture for each page that the upload has. Files that are not documents have one page.
 */
export function wantedVariants(
  { variants }: { readonly variants: readonly RecipeVariant[] },
  facts: SourceFacts,
): WantedVariant[] {
  const count = hasPages(facts.format) ? facts.pages : 1;
  return variants
    .filter(({ when }) => holds(when, facts))
    .flatMap(({ pages, ...variant }) => {
      if (!pages) return [{ ...variant, page: 1 }];
      const { from, to = count } = pages;
      const length = Math.max(0, Math.min(to, count) - from + 1);
      return Array.from({ length }, (_, index) => ({
        ...variant,
        name: pageName(variant.name, from + index),
        page: from + index,
      }));
    });
}

/** How many outputs a recipe makes at most, of a document with so many pages. */
export function mostOutputs(
  { variants }: { readonly variants: readonly RecipeVariant[] },
  { format = '', pages: count = 1 }: { readonly format?: string; readonly pages?: number } = {},
): number {
  const last = hasPages(format) ? count : 1;
  return variants.reduce(
    (sum, { pages }) =>
      sum + (pages ? Math.max(0, Math.min(pages.to ?? last, last) - pages.from + 1) : 1),
    0,
  );
}

/** The pages to decode, in order. The first one is always among them: it describes the upload. */
export function wantedPages(
  recipe: { readonly variants: readonly RecipeVariant[] },
  facts: SourceFacts,
): number[] {
  const pages = wantedVariants(recipe, facts).map(({ page }) => page);
  return [...new Set([1, ...pages])].toSorted((a, b) => a - b);
}
