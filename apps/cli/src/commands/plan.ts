import { readFile, stat } from 'node:fs/promises';
import {
  catalog,
  checkBytes,
  describeUpload,
  isRejection,
  toPipelineError,
  type Limits,
  type Recipe,
} from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import { CommandError, type Command } from '../command.ts';
import { pathOf } from '../path-of.ts';
import { readRecipes, type RecipeFile } from '../recipe-file.ts';

/** `plan RECIPES PHOTO [NAME]`: what the function would do, and why so. */
export const plan: Command = {
  parameters: 'RECIPES.yaml PHOTO [RECIPE]',
  summary: 'prints the stages of a recipe for a photo, why each ends, and the memory it takes',
  details: `RECIPES.yaml  one recipe, a list of recipes, settings with recipes, or a stack's
              file, Pulumi.STACK.yaml: where it has limits and function.memory,
              with them, otherwise with the defaults of both
PHOTO         any picture; its header is read, nothing is decoded
RECIPE        name of the recipe, where the file has several

A photo that the function would reject is told with the code of its manifest.
Exit code 0 where the photo would be processed, 1 where it would not, or where
something is wrong with the files.`,
  async run(args, print) {
    const [recipesFile, photo, name, ...more] = args;
    if (recipesFile === undefined || photo === undefined || more.length > 0)
      throw new CommandError(`plan takes ${plan.parameters}`);
    const { recipes, ...granted } = await readRecipes(recipesFile);
    const recipe = pick(recipes, name, recipesFile);
    await describe(recipe, photo, granted, print).catch((error: unknown) => {
      const { code, message } = toPipelineError(error);
      if (!isRejection(code)) throw error;
      throw new CommandError(`${photo} would be rejected: ${code}: ${message}`, { cause: error });
    });
  },
};

async function describe(
  recipe: Recipe,
  photo: string,
  granted: Omit<RecipeFile, 'recipes'>,
  print: (text: string) => void,
): Promise<void> {
  const source = await readPhoto(photo, granted.limits);
  const engine = createEngine({ catalog, svg: recipe.formats.includes('svg') });
  const facts = await engine.inspect(source);
  const { text, refusal } = describeUpload(recipe, facts, engine, granted);
  print(`${photo}: ${text}`);
  if (refusal) throw refusal;
}

/** Like the function, it does not read files above the limit. */
async function readPhoto(photo: string, limits: Limits): Promise<Uint8Array> {
  const file = pathOf(photo);
  const unreadable = (cause: unknown) => {
    throw new CommandError(`${photo} cannot be read: ${(cause as Error).message}`, { cause });
  };
  const { size } = await stat(file).catch(unreadable);
  const tooLarge = checkBytes(size, limits);
  if (tooLarge) throw tooLarge;
  return readFile(file).catch(unreadable);
}

function pick(recipes: readonly Recipe[], name: string | undefined, file: string): Recipe {
  const [only, ...others] = recipes;
  if (name === undefined && only && others.length === 0) return only;
  const names = recipes.map((recipe) => recipe.name).join(', ');
  if (name === undefined) throw new CommandError(`${file} has several recipes, name one: ${names}`);
  const found = recipes.find((recipe) => recipe.name === name);
  if (!found) throw new CommandError(`${file} has no recipe "${name}"; there are: ${names}`);
  return found;
}
