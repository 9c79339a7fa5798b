import { isDeepStrictEqual } from 'node:util';
import { OUTPUT_FILES, OUTPUT_FORMATS, type OutputFormat } from '@darkroom/transforms';
import * as z from 'zod';
import type { Recipe } from '../recipe/recipe.ts';
import type { Choices } from './settings/delivery.ts';

/** Every client that shows pictures shows these, whatever its `Accept` says. */
const UNIVERSAL: ReadonlySet<OutputFormat> = new Set(['jpeg', 'png', 'gif']);

/** One of the files that a name may stand for. */
export interface ChoiceFile {
  /** Media type, as `Accept` names it. */
  readonly contentType: string;
  /** Below `KEY/`. */
  readonly file: string;
}

/** Of one recipe, which files a name in a URL may stand for, in order of preference; the last is for everybody. */
export type RecipeChoices = Readonly<Record<string, readonly ChoiceFile[]>>;

const ofEncode = z.object({ format: z.enum(OUTPUT_FORMATS) });

/** @returns nothing where the format is that of the upload, which no URL can tell */
export function variantFormat({
  steps,
}: Pick<Recipe['variants'][number], 'steps'>): OutputFormat | undefined {
  const encode = steps.find(({ transform }) => transform === 'encode');
  return ofEncode.safeParse(encode?.options).data?.format;
}

/** The choices of each recipe by its name. Those that `choiceProblems` finds nothing wrong with. */
export function deliveryChoices(
  recipes: readonly Recipe[],
  choices: Choices,
): Readonly<Record<string, RecipeChoices>> {
  return Object.fromEntries(
    recipes.map((recipe) => [
      recipe.name,
      Object.fromEntries(
        Object.entries(choices[recipe.name] ?? {}).map(([name, variants]) => [
          name,
          variants.flatMap((variant) => choiceFile(recipe, variant) ?? []),
        ]),
      ),
    ]),
  );
}

function choiceFile({ variants }: Recipe, name: string): ChoiceFile | undefined {
  const variant = variants.find((candidate) => candidate.name === name);
  const format = variant && variantFormat(variant);
  if (!format) return undefined;
  const { contentType, extension } = OUTPUT_FILES[format];
  return { contentType, file: `${name}.${extension}` };
}

/** What is wrong with the choices, each with its path below `delivery.choices`. */
export function choiceProblems(
  recipes: readonly Recipe[],
  choices: Choices,
): { readonly path: (string | number)[]; readonly message: string }[] {
  return Object.entries(choices).flatMap(([recipeName, names]) => {
    const recipe = recipes.find(({ name }) => name === recipeName);
    if (!recipe)
      return [
        {
          path: [recipeName],
          message: `no recipe has this name; there are: ${recipes.map(({ name }) => name).join(', ')}`,
        },
      ];
    return Object.entries(names).flatMap(([name, variants]) => {
      const problems = variants.map((_variant, index) => problemOf(recipe, variants, index));
      return problems.flatMap((message, index) =>
        message === undefined ? [] : [{ path: [recipeName, name, index], message }],
      );
    });
  });
}

function problemOf(
  { variants }: Recipe,
  names: readonly string[],
  index: number,
): string | undefined {
  const find = (name: string | undefined) => variants.find((candidate) => candidate.name === name);
  const name = names[index] ?? '';
  const variant = find(name);
  if (!variant)
    return `the recipe has no variant "${name}"; it has: ${variants.map((one) => one.name).join(', ')}`;
  const format = variantFormat(variant);
  if (!format) return `variant "${name}" needs an \`encode\` step that names its format`;
  const before = names.slice(0, index).flatMap((one) => find(one) ?? []);
  if (before.some((one) => variantFormat(one) === format))
    return `variant "${name}" is a second one in ${format}: it is never chosen`;
  if (before.some(({ when }) => !isDeepStrictEqual(when, variant.when)))
    return `variant "${name}" is made under another condition (\`when\`) than the one before: one may be there without the other`;
  if (index === names.length - 1 && !UNIVERSAL.has(format))
    return `the last one is for every client: it must be in ${[...UNIVERSAL].join(', ')}, not in ${format}`;
  return undefined;
}
