import type { RecipeInfo } from '../stack/stack-info.ts';
import { byId, element } from './element.ts';

/**
 * Lets users choose the recipe whose prefix their files get, if there are several.
 * @returns a function that returns the current prefix
 */
export function openDestination(recipes: readonly RecipeInfo[]): () => string {
  const select = byId('destination', HTMLSelectElement);
  select.replaceChildren(
    ...recipes.map(({ name, match }) =>
      element('option', { value: match.prefix }, `${name} (${match.prefix || 'every key'})`),
    ),
  );
  byId('destination-row', HTMLElement).hidden = recipes.length < 2;
  return () => select.value;
}
