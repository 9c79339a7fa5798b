import { decodersOf } from '../catalog.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { variantFormat } from './delivery.ts';

/** The folder of the build with what writes PDF files. */
const ENCODE_PDF = 'encode-pdf';

/** Names of the parts that the function's package has only for these recipes: decoders, and what writes PDF files. */
export function packageParts(recipes: readonly Recipe[]): string[] {
  const writesPdf = recipes.some(({ variants }) =>
    variants.some((variant) => variantFormat(variant) === 'pdf'),
  );
  return [...decodersOf(recipes).map(({ name }) => name), ...(writesPdf ? [ENCODE_PDF] : [])];
}
