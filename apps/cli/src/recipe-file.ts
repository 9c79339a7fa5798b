import { readFile } from 'node:fs/promises';
import path from 'node:path';
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
  type Settings,
} from '@darkroom/pipeline';
import { CommandError } from './command-error.ts';
import { pathOf } from './path-of.ts';
import { readYaml } from './yaml-file.ts';

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
  const text = await readFile(pathOf(file), 'utf8').catch((cause: unknown) => {
    throw new CommandError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
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
  throw new CommandError(`${file} is not valid:\n${checked.problems}`, { cause: checked.cause });
}

function stackSettings(config: unknown, file: string): Settings {
  const pipeline = (config as { 'darkroom:pipeline'?: unknown } | null)?.['darkroom:pipeline'];
  return settingsOf(pipeline ?? {}, `${file}, darkroom:pipeline`, file);
}

/** Side files are next to the recipe file, as they are next to a stack file. */
function settingsOf(given: unknown, where: string, file: string): Settings {
  try {
    const settings = parseSettings(given, where);
    const folder = path.join(path.dirname(pathOf(file)), SIDE_FILES_FOLDER);
    return { ...settings, recipes: pinSideFiles(settings.recipes, folder) };
  } catch (cause) {
    if (cause instanceof SettingsError) throw new CommandError(cause.message, { cause });
    throw cause;
  }
}
