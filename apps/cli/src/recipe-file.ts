import { readFile } from 'node:fs/promises';
import { check, recipeSchema, recipesSchema, type Recipe } from '@darkroom/pipeline';
import { parseDocument } from 'yaml';
import { CommandError } from './command.ts';
import { pathOf } from './path-of.ts';

/**
 * The recipes of a file: one recipe, a list of them, or a stack file that holds them.
 * @throws CommandError that lists every problem
 */
export async function readRecipes(file: string): Promise<readonly Recipe[]> {
  const text = await readFile(pathOf(file), 'utf8').catch((cause: unknown) => {
    throw new CommandError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  const document = parseDocument(text);
  const [wrong] = document.errors;
  if (wrong) throw new CommandError(`${file} is no YAML: ${wrong.message}`, { cause: wrong });
  const found = recipesIn(document.toJS());
  const checked = Array.isArray(found)
    ? check<readonly Recipe[]>(recipesSchema, found)
    : asList(check<Recipe>(recipeSchema, found));
  if (checked.ok) return checked.data;
  throw new CommandError(`${file} is not valid:\n${checked.problems}`, { cause: checked.cause });
}

function asList(checked: ReturnType<typeof check<Recipe>>) {
  return checked.ok ? { ok: true as const, data: [checked.data] } : checked;
}

/** In `Pulumi.STACK.yaml` they stand in the stack's configuration. */
function recipesIn(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || !('config' in content)) return content;
  const { config } = content as { config: { 'darkroom:pipeline'?: { recipes?: unknown } } | null };
  return config?.['darkroom:pipeline']?.recipes;
}
