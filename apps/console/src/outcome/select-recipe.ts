import type { RecipeInfo } from '../stack/stack-info.ts';

/**
 * @returns the first recipe whose match holds for the key, as the pipeline selects it; undefined for a folder marker,
 *   which is not an upload
 */
export function selectRecipe(recipes: readonly RecipeInfo[], key: string): RecipeInfo | undefined {
  if (key.endsWith('/')) return undefined;
  return recipes.find(
    ({ match }) =>
      key.startsWith(match.prefix) &&
      (match.suffixes?.some((suffix) => key.endsWith(suffix)) ?? true),
  );
}
