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
import * as z from 'zod';
import { CommandError, defineCommand, optional, required } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pathOf } from '../path-of.ts';
import { pickRecipe, readRecipes, type RecipeFile } from '../recipe-file.ts';

/** What the function would do with a photo, and why. */
export const explain = defineCommand({
  name: 'explain',
  summary: 'prints the stages of a recipe for a photo, why each ends, and the memory',
  arguments: [
    required('recipes', 'one recipe, a list, settings, or Pulumi.STACK.yaml', { isFile: true }),
    required('photo', 'any picture; only its header is read', { isFile: true }),
    optional('recipe', 'name of the recipe, if the file has several'),
  ],
  options: {},
  details:
    'A stack file also gives the limits and function.memory. For a photo that the function would reject, the command prints the code of its manifest and exits with 1.',
  examples: [{ line: 'Pulumi.local.yaml photo.jpg', what: 'The plan of the local stack' }],
  output: z.strictObject({ text: z.string(), rejected: z.string().optional() }),
  async run(_context, _options, recipesFile, photo, name) {
    const { recipes, ...granted } = await readRecipes(recipesFile);
    const recipe = pickRecipe(recipes, name, recipesFile);
    const texts: string[] = [];
    try {
      await describe(recipe, photo, granted, (text) => texts.push(text));
      return { text: texts.join('\n') };
    } catch (error) {
      const { code, message } = toPipelineError(error);
      if (!isRejection(code)) throw error;
      const rejected = `${photo} would be rejected: ${code}: ${message}`;
      return { text: texts.join('\n'), rejected };
    }
  },
  print({ text, rejected }, terminal) {
    if (text !== '') terminal.text(text);
    if (rejected !== undefined) terminal.note(rejected);
  },
  exitCode: ({ rejected }) => (rejected === undefined ? EXIT.done : EXIT.failed),
});

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
