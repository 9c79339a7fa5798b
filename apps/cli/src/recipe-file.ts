import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import {
  check,
  parseSettings,
  pinSideFiles,
  recipeSchema,
  recipesSchema,
  SettingsError,
  settingsSchema,
  SIDE_FILES_FOLDER,
  type Checked,
  type Recipe,
  type Settings,
} from '@darkroom/pipeline';
import { bundleTransformFiles } from '@darkroom/pipeline/transform-files';
import * as z from 'zod';
import { CommandError, option } from './command.ts';
import { pathOf } from './path-of.ts';
import { readYaml } from './yaml-file.ts';

export const recipeOption = option(
  '--recipe <name>',
  'the recipe, if the file has several',
  z.string().optional(),
);

/** Option of every command that reads recipes. */
export const transformsOption = option(
  '--transforms <files>',
  'files with your own transforms, separated by commas',
  z
    .string()
    .transform((text) => text.split(','))
    .default([]),
  { completes: 'file' },
);

/**
 * Adds own transforms to those that recipes may name, with the checks of a preview. Call it before recipes are read.
 *
 * @returns the bundle, for worker processes
 * @throws OwnTransformError `INVALID_TRANSFORM`
 */
export function useTransforms(files: readonly string[]): string | undefined {
  return bundleTransformFiles(files, pathOf('.'));
}

/** The recipes of a file, and what the stack grants uploads: its own where it is a stack file, else the defaults. */
export type RecipeFile = Pick<Settings, 'recipes' | 'limits' | 'function'>;

/**
 * One recipe, a list of them, settings that hold them (`recipes:`), or a stack file, checked as at preview.
 * @throws CommandError that lists every problem
 */
export function readRecipes(file: string): Promise<RecipeFile> {
  return readSettingsFile(file);
}

/**
 * The same, as settings: without a stack file, all but the recipes are defaults.
 * @throws CommandError that lists every problem
 */
export async function readSettingsFile(file: string): Promise<Settings> {
  const text = await readText(file);
  const content = readYaml(text, file);
  if (typeof content === 'object' && content !== null) {
    if ('config' in content) return stackSettings(content.config, file);
    if ('recipes' in content) return settingsOf(content, file, file);
  }
  if (Array.isArray(content)) refuse(check(recipesSchema, content), file);
  else refuse(check(recipeSchema, content), file);
  return settingsSchema.parse({ recipes: Array.isArray(content) ? content : [content] });
}

function refuse(checked: Checked<unknown>, file: string): void {
  if (checked.ok) return;
  throw invalid(`${file} is not valid:\n${checked.problems}`, checked.cause);
}

function stackSettings(config: unknown, file: string): Settings {
  const pipeline = (config as { 'darkroom:pipeline'?: unknown } | null)?.['darkroom:pipeline'];
  return settingsOf(pipeline ?? {}, `${file}, darkroom:pipeline`, file);
}

/** Side files are next to the recipe file, as they are next to a stack file. */
function settingsOf(given: unknown, where: string, file: string): Settings {
  const settings = checkSettings(given, where);
  return { ...settings, recipes: pinSideFiles(settings.recipes, sideFilesFolder(file)) };
}

/**
 * @param where names the settings in messages
 * @throws CommandError that lists every problem
 */
export function checkSettings(given: unknown, where: string): Settings {
  try {
    return parseSettings(given, where);
  } catch (cause) {
    if (cause instanceof SettingsError) throw invalid(cause.message, cause);
    throw cause;
  }
}

function invalid(message: string, cause: unknown): CommandError {
  const isUnknown = message.includes('unknown transform');
  return new CommandError(message, {
    cause,
    ...(isUnknown && { remedy: 'If it is a transform of your own, add --transforms FILE.' }),
  });
}

/** @param file `-` for standard input */
async function readText(file: string): Promise<string> {
  if (file === '-') return streamText(process.stdin);
  return readFile(pathOf(file), 'utf8').catch((cause: unknown) => {
    throw new CommandError(`${file} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy: 'Give the path of a recipe file or a stack file, or - for standard input.',
    });
  });
}

/** @throws CommandError if the name is missing or unknown */
export function pickRecipe(
  recipes: readonly Recipe[],
  name: string | undefined,
  file: string,
): Recipe {
  const [only, ...others] = recipes;
  if (name === undefined && only && others.length === 0) return only;
  const names = recipes.map((recipe) => recipe.name).join(', ');
  if (name === undefined)
    throw new CommandError(`${file} has several recipes: ${names}`, {
      remedy: 'Name one with --recipe NAME.',
    });
  const found = recipes.find((recipe) => recipe.name === name);
  if (!found) throw new CommandError(`${file} has no recipe "${name}"; there are: ${names}`);
  return found;
}

/** The folder of the side files of a recipe file. */
export function sideFilesFolder(file: string): string {
  return path.join(file === '-' ? pathOf('.') : path.dirname(pathOf(file)), SIDE_FILES_FOLDER);
}
