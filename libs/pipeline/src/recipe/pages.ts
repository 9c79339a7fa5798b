import { hasPages, isAnimation, type SourceFacts } from '@darkroom/transforms';
import { partName, partsIn } from './part-range.ts';
import type { RecipeVariant } from './variant.ts';
import { holds } from './when.ts';

/** A picture or a document that a recipe makes of an upload. */
export interface WantedVariant extends Omit<RecipeVariant, 'pages' | 'frames' | 'document'> {
  /** From 1; the first one of a document. */
  readonly page: number;
  /** Of a document, at least one. */
  readonly pages?: readonly number[];
  /** From 1, of an animation; left out if the picture is not that of one frame. */
  readonly frame?: number;
}

/** The pages of a wanted picture or document. */
export function pagesOf({ page, pages = [page] }: WantedVariant): readonly number[] {
  return pages;
}

/**
 * What a recipe makes of an upload, in the order of the manifest: the variants whose conditions hold, and of those with
 * `pages` or `frames` one picture for each page or frame that the upload has, or one document of the pages. Files that are
 * not documents have one page, and those that are not animations have one frame.
 */
export function wantedVariants(
  { variants }: { readonly variants: readonly RecipeVariant[] },
  facts: SourceFacts,
): WantedVariant[] {
  const pageCount = hasPages(facts.format) ? facts.pages : 1;
  const moves = isAnimation(facts);
  return variants
    .filter(({ when }) => holds(when, facts))
    .flatMap(({ pages, frames, document, ...variant }): WantedVariant[] => {
      const { name } = variant;
      if (document) {
        const numbers = partsIn(document, pageCount);
        const [page] = numbers;
        return page === undefined ? [] : [{ ...variant, page, pages: numbers }];
      }
      if (pages)
        return partsIn(pages, pageCount).map((page) => ({
          ...{ ...variant, name: partName(name, 'page', page), page },
        }));
      if (frames)
        return partsIn(frames, moves ? facts.pages : 1).map((frame) => ({
          ...{ ...variant, name: partName(name, 'frame', frame), page: 1 },
          ...(moves && { frame }),
        }));
      return [{ ...variant, page: 1 }];
    });
}

/** How many outputs a recipe makes at most, of an upload with so many pages or frames. */
export function mostOutputs(
  { variants }: { readonly variants: readonly RecipeVariant[] },
  { format = '', pages: count = 1 }: { readonly format?: string; readonly pages?: number } = {},
): number {
  const pageCount = hasPages(format) ? count : 1;
  const frameCount = isAnimation({ format, pages: count }) ? count : 1;
  const outputs = variants.map(({ pages, frames }) => {
    if (pages) return partsIn(pages, pageCount).length;
    return frames ? partsIn(frames, frameCount).length : 1;
  });
  return outputs.reduce((sum, each) => sum + each, 0);
}

/** The pages to decode, in order. The first one is always among them: it describes the upload. */
export function wantedPages(
  recipe: { readonly variants: readonly RecipeVariant[] },
  facts: SourceFacts,
): number[] {
  const pages = wantedVariants(recipe, facts).flatMap(pagesOf);
  return [...new Set([1, ...pages])].toSorted((a, b) => a - b);
}

/** Whether a recipe makes pictures of the frames of an animation. */
export function wantsFrames(
  recipe: { readonly variants: readonly RecipeVariant[] },
  facts: SourceFacts,
): boolean {
  return wantedVariants(recipe, facts).some(({ frame }) => frame !== undefined);
}
