import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RecipeInput } from '../recipe/recipe.ts';

/**
 * All variables of a function together, bytes of their JSON (Lambda developer guide, "Lambda quotas"; the error that
 * Lambda answers with quotes the JSON as what it has measured).
 */
export const MAX_ENVIRONMENT_BYTES = 4096;
/** Recipes that do not fit into the environment travel as this file of the function's package. */
export const RECIPES_FILE = 'recipes.json';
/** Left for the variables whose length is known only after deployment: names, URLs, levels. */
const OTHER_VARIABLES_BYTES = 1024;
/** The same for the ARN of an event bus, which few have: a name of up to 256 characters. */
export const EVENT_BUS_BYTES = 384;
const FILE = 'file:';

/** How the recipes travel, decided without knowing the deployed names, so that a preview decides as a deployment does. */
export interface RecipesTransport {
  /** Value of `DARKROOM_RECIPES`. */
  readonly variable: string;
  /** Content of `RECIPES_FILE` in the package, where the variable points at it. */
  readonly file?: string;
}

/** @param reserved bytes that variables take which not every function has */
export function transportRecipes(recipes: readonly RecipeInput[], reserved = 0): RecipesTransport {
  const text = JSON.stringify(recipes);
  // Once more as JSON, with every quotation mark escaped.
  const bytes = Buffer.byteLength(JSON.stringify(text));
  return bytes + OTHER_VARIABLES_BYTES + reserved <= MAX_ENVIRONMENT_BYTES
    ? { variable: text }
    : { variable: `${FILE}${RECIPES_FILE}`, file: text };
}

/**
 * The recipes' JSON, whichever way it came.
 *
 * @param root folder of the function's package
 * @throws Error of the file system where the package does not hold the file
 */
export function receiveRecipes(variable: string, root: string): string {
  return variable.startsWith(FILE)
    ? readFileSync(path.join(root, variable.slice(FILE.length)), 'utf8')
    : variable;
}
