import { readFile, stat } from 'node:fs/promises';
import {
  catalog,
  checkBytes,
  describeUpload,
  inspectUpload,
  isRejection,
  toPipelineError,
  type Limits,
  type PipelineError,
  type Recipe,
  readersOf,
} from '@darkroom/pipeline';
import * as z from 'zod';
import { CommandError, defineCommand, required } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pathOf } from '../path-of.ts';
import {
  pickRecipe,
  readRecipes,
  type RecipeFile,
  recipeOption,
  transformsOption,
  useTransforms,
} from '../recipe-file.ts';

const explainSchema = z.strictObject({
  text: z.string().describe('The plan for people'),
  rejected: z.string().optional().describe('Why the function would reject the photo'),
  memory: z
    .strictObject({
      upload: z.number().describe('At the peak of this upload'),
      function: z.number().describe('Of the smallest function that accepts it'),
    })
    .optional()
    .describe('MiB'),
  decodeSeconds: z.number().optional().describe('Estimated CPU seconds to decode the upload'),
  limits: z
    .array(
      z.strictObject({
        limit: z.enum(['bytes', 'pixels', 'side', 'pages', 'cpuSeconds', 'memory']),
        used: z.number(),
        allowed: z.number(),
      }),
    )
    .optional(),
});

/** What the function would do with a photo, and why. */
export const explain = defineCommand({
  name: 'explain',
  summary: 'prints the stages of a recipe for a photo, why each ends, and the memory',
  arguments: [
    required('recipes', 'one recipe, a list, settings, or Pulumi.STACK.yaml', {
      completes: 'file',
    }),
    required('photo', 'any picture; only its header is read', { completes: 'file' }),
  ],
  options: { recipe: recipeOption, transforms: transformsOption },
  details:
    'A stack file also gives the limits and function.memory. For a photo that the function would reject, the command prints the code of its manifest and exits with 1.',
  examples: [{ line: 'Pulumi.local.yaml photo.jpg', what: 'The plan of the local stack' }],
  output: explainSchema,
  async run(_context, { recipe: name, transforms }, recipesFile, photo) {
    useTransforms(transforms);
    const { recipes, ...granted } = await readRecipes(recipesFile);
    const recipe = pickRecipe(recipes, name, recipesFile);
    try {
      const { text, refusal, memory, decodeSeconds, limits } = await describe(
        recipe,
        photo,
        granted,
      );
      return {
        text: `${photo}: ${text}`,
        ...(refusal && { rejected: rejection(photo, refusal) }),
        memory,
        ...(decodeSeconds !== undefined && { decodeSeconds }),
        limits: [...limits],
      };
    } catch (error) {
      const refusal = toPipelineError(error);
      if (!isRejection(refusal.code)) throw error;
      return { text: '', rejected: rejection(photo, refusal) };
    }
  },
  print({ text, rejected }, terminal) {
    if (text !== '') terminal.text(text);
    if (rejected !== undefined) terminal.note(rejected);
  },
  exitCode: ({ rejected }) => (rejected === undefined ? EXIT.done : EXIT.failed),
});

function rejection(photo: string, { code, message }: PipelineError): string {
  return `${photo} would be rejected: ${code}: ${message}`;
}

async function describe(recipe: Recipe, photo: string, granted: Omit<RecipeFile, 'recipes'>) {
  const source = await readPhoto(photo, granted.limits);
  // Only this command loads sharp in its own process.
  const { createEngine } = await import('@darkroom/transforms/engine');
  const engine = createEngine({ catalog, ...readersOf([recipe]) });
  const pages = await inspectUpload(source, { recipe, limits: granted.limits, engine });
  return describeUpload(recipe, pages, engine, granted);
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
