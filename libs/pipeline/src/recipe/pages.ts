import { hasPages, isAnimation, type SourceFacts } from '@darkroom/transforms';
import { partName, partsIn } from './part-range.ts';
import type { RecipeVariant } from './variant.ts';
import { holds } from './when.ts';

/** A picture or a document that a recipe makes of an upload. */
export interface WantedVariant extends Omit<RecipeVariant, 'pages' | 'frames' | 'joined'> {
  /** From 1; the first one of those that are joined. */
  readonly page: number;
  /** From 1, of an animation; left out if the picture is not that of one frame. */
  readonly frame?: number;
  /** The pages or frames that are joined to one document or sheet, in order, at least one. */
  readonly joined?: { readonly what: 'page' | 'frame'; readonly numbers: readonly number[] };
}

/** The pages that a variant is made of; none of the frames of an animation. */
export function pagesOf({ page, frame, joined }: WantedVariant): readonly number[] {
  if (joined) return joined.what === 'page' ? joined.numbers : [];
  return frame === undefined ? [page] : [];
}

/** The frames of an animation that a variant is made of. */
export function framesOf({ frame, joined }: WantedVariant): readonly number[] {
  if (joined) return joined.what === 'frame' ? joined.numbers : [];
  return frame === undefined ? [] : [frame];
}

/**
 * What a recipe makes of an upload, in the order of the manifest: the variants whose conditions hold, and of those with
 * `pages` or `frames` one picture for each page or frame that the upload has, or one document or sheet of all. Files that
 * are not documents have one page, and those that are not animations have one frame, which is their page.
 */
export function wantedVariants(
  { variants }: { readonly variants: readonly RecipeVariant[] },
  facts: SourceFacts,
): WantedVariant[] {
  const pageCount = hasPages(facts.format) ? facts.pages : 1;
  const moves = isAnimation(facts);
  return variants
    .filter(({ when }) => holds(when, facts))
    .flatMap(({ pages, frames, joined, ...variant }): WantedVariant[] => {
      const { name } = variant;
      if (joined) {
        const { what, range } = joined;
        const isOfFrames = what === 'frame' && moves;
        const numbers = partsIn(range, isOfFrames ? facts.pages : what === 'page' ? pageCount : 1);
        const [first] = numbers;
        if (first === undefined) return [];
        return isOfFrames
          ? [{ ...variant, page: 1, joined: { what: 'frame', numbers } }]
          : [{ ...variant, page: first, joined: { what: 'page', numbers } }];
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
  return wantedVariants(recipe, facts).some((variant) => framesOf(variant).length > 0);
}
