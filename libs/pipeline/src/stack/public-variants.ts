import { type MakeOutcome, outcomeMaker } from '../contract/outcome-file.ts';
import { isNameOf, partsOf } from '../recipe/part-range.ts';
import type { Recipe } from '../recipe/recipe.ts';

/** Whether CloudFront delivers a variant with this name. */
export function publicVariants(
  recipes: readonly Pick<Recipe, 'variants'>[],
  selected: readonly string[] | undefined,
): (name: string) => boolean {
  const all = recipes.flatMap(({ variants }) => variants);
  if (selected) {
    const named = all.filter((variant) => partsOf(variant) && selected.includes(variant.name));
    return (name) => selected.includes(name) || named.some((variant) => isNameOf(variant, name));
  }
  const copies = new Set(all.flatMap(({ name, copy }) => (copy ? [name] : [])));
  return (name) => !copies.has(name);
}

/** Makes the outcome files of a stack; undefined if it writes none. */
export function makeOutcomeOf({
  recipes,
  delivery,
}: {
  readonly recipes: readonly Pick<Recipe, 'variants'>[];
  readonly delivery?:
    { readonly outcomes: boolean; readonly variants?: readonly string[] | undefined } | undefined;
}): MakeOutcome | undefined {
  if (!delivery?.outcomes) return undefined;
  return outcomeMaker(publicVariants(recipes, delivery.variants));
}
