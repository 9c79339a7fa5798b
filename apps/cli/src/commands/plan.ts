import { readFile } from 'node:fs/promises';
import { catalog, describeUpload, type Recipe } from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import { CommandError, type Command } from '../command.ts';
import { pathOf } from '../path-of.ts';
import { readRecipes } from '../recipe-file.ts';

/** `plan RECIPES PHOTO [NAME]`: what the function would do, and why so. */
export const plan: Command = {
  parameters: 'RECIPES.yaml PHOTO [RECIPE]',
  summary: 'prints the stages of a recipe for a photo, why each ends, and the memory it takes',
  async run(args) {
    const [recipesFile, photo, name, ...more] = args;
    if (recipesFile === undefined || photo === undefined || more.length > 0)
      throw new CommandError(`plan takes ${plan.parameters}`);
    const recipe = pick(await readRecipes(recipesFile), name, recipesFile);
    const source = await readFile(pathOf(photo)).catch((cause: unknown) => {
      throw new CommandError(`${photo} cannot be read: ${(cause as Error).message}`, { cause });
    });
    const engine = createEngine({ catalog, svg: recipe.formats.includes('svg') });
    const facts = await engine.inspect(source);
    return `${photo}: ${describeUpload(recipe, facts, engine)}`;
  },
};

function pick(recipes: readonly Recipe[], name: string | undefined, file: string): Recipe {
  const [only, ...others] = recipes;
  if (name === undefined && only && others.length === 0) return only;
  const names = recipes.map((recipe) => recipe.name).join(', ');
  if (name === undefined) throw new CommandError(`${file} has several recipes, name one: ${names}`);
  const found = recipes.find((recipe) => recipe.name === name);
  if (!found) throw new CommandError(`${file} has no recipe "${name}"; there are: ${names}`);
  return found;
}
