import { check, parseSettings, type Recipe, recipeSchema, type Settings } from '@darkroom/pipeline';
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parse,
  parseDocument,
  stringify,
  type YAMLMap,
} from 'yaml';
import * as z from 'zod';

/** A problem in a text, with its place: offsets in UTF-16 code units. */
export interface TextProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

export interface ReadRecipe {
  /** Undefined if there are problems. */
  readonly recipe?: Recipe;
  readonly problems: readonly TextProblem[];
}

/** Reads one recipe from YAML. */
export function readRecipe(text: string): ReadRecipe {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(({ pos: [from, to], message }) => ({ from, to, message })),
    };
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // An alias without an anchor, or aliases that would fill the memory.
    return { problems: [{ from: 0, to: text.length, message: (error as Error).message }] };
  }
  const checked = check(recipeSchema, content);
  if (checked.ok) return { recipe: checked.data, problems: [] };
  return {
    problems: checked.list.map(({ path, message }) => ({
      ...placeOf(document, path, text),
      message,
    })),
  };
}

/** The place of a value: its key and the rest of the line. Of a missing one, that of the map. */
function placeOf(document: Document, path: readonly PropertyKey[], text: string) {
  let node: unknown = document.contents;
  let [from, to] = rangeOf(node) ?? [0, text.length];
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      const key = rangeOf(pair?.key);
      if (!pair || !key) break;
      node = pair.value;
      [from, to] = [key[0], rangeOf(node)?.[1] ?? key[1]];
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      const range = rangeOf(item);
      if (!range) break;
      node = item;
      [from, to] = range;
    } else break;
  }
  const lineEnd = text.indexOf('\n', from);
  return { from, to: Math.max(from, Math.min(to, lineEnd < 0 ? text.length : lineEnd)) };
}

function rangeOf(node: unknown): [number, number] | undefined {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : undefined;
}

/** Keys of a stack file that lead to the recipes. */
const PIPELINE = ['config', 'darkroom:pipeline'];

interface Item {
  readonly name: string;
  /** Offset of the first key. */
  readonly start: number;
  /** After the last character that is not white space. */
  readonly end: number;
}

/** The recipes of a stack file as it writes them. */
function itemsOf(text: string): Item[] {
  const recipes = parseDocument(text).getIn([...PIPELINE, 'recipes']);
  if (!isSeq(recipes) || recipes.flow) return [];
  return recipes.items.flatMap((item) => {
    const range = rangeOf(item);
    if (!isMap(item) || item.flow || !range) return [];
    const end = range[0] + text.slice(...range).trimEnd().length;
    return [{ name: String((item as YAMLMap<unknown, Node>).get('name')), start: range[0], end }];
  });
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

export interface RecipeText {
  readonly name: string;
  readonly text: string;
}

/** Each recipe of a stack file, without its indentation, with its comments. */
export function recipesOfFile(text: string): RecipeText[] {
  return itemsOf(text).map(({ name, start, end }) => {
    const indent = new RegExp(`^ {0,${columnOf(text, start)}}`, 'gm');
    return { name, text: `${text.slice(start, end).replace(indent, '')}\n` };
  });
}

const writtenSchema = z.object({ recipes: z.array(z.looseObject({ name: z.string() })) });

/** Each recipe of a stack without a file. */
export function recipesOfSettings(written: unknown): RecipeText[] {
  const { success, data } = writtenSchema.safeParse(written);
  if (!success) return [];
  return data.recipes.map((recipe) => ({ name: recipe.name, text: stringify(recipe) }));
}

/** The text of a stack file with these recipes only. */
export function stackFileOf(recipes: readonly RecipeText[]): string {
  const items = recipes.map(({ text }) => itemOf(text, '      ')).join('');
  return `config:\n  darkroom:pipeline:\n    recipes:\n${items}`;
}

/** A recipe as an item of a list. Comments before its first key are before the item. */
function itemOf(text: string, indent: string): string {
  const lines = text.trim().split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  const indented = lines.map((line, index) => {
    const inner = index === first ? '- ' : index < first ? '' : '  ';
    return line.trim() === '' ? '' : `${indent}${inner}${line}`;
  });
  return `${indented.join('\n')}\n`;
}

/**
 * Replaces the recipe of the same name in a stack file, or adds it before the others, because the first one that matches
 * wins. All other text stays as it is.
 *
 * @returns undefined if the file has no list of recipes in block style
 */
export function withRecipe(file: string, { name, text }: RecipeText): string | undefined {
  const items = itemsOf(file);
  const [first] = items;
  if (!first) return undefined;
  // An item begins after `- `.
  const indent = ' '.repeat(Math.max(0, columnOf(file, first.start) - 2));
  const item = itemOf(text, indent).trimEnd();
  const old = items.find((other) => other.name === name);
  const begin = file.lastIndexOf('\n', (old ?? first).start) + 1;
  if (!old) return `${file.slice(0, begin)}${item}\n${file.slice(begin)}`;
  const comments = item.slice(0, item.indexOf(`${indent}- `));
  const isThere = file.slice(0, begin).endsWith(comments);
  return (
    file.slice(0, begin) + (isThere ? item.slice(comments.length) : item) + file.slice(old.end)
  );
}

/**
 * @param file name of the stack file, for messages
 * @throws SettingsError that lists every problem
 */
export function checkStackFile(text: string, file: string): Settings {
  const content = parse(text) as { config?: { 'darkroom:pipeline'?: unknown } } | null;
  return parseSettings(content?.config?.['darkroom:pipeline'] ?? {}, file);
}
