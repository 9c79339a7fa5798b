import { SOURCE_FORMATS } from '@darkroom/transforms';
import * as z from 'zod';
import { catalog } from './catalog.ts';

/** `Cache-Control` of outputs that an overwrite of their upload replaces. */
export const DEFAULT_CACHE_CONTROL = 'public, max-age=300, stale-while-revalidate=86400';

/** Lower-case letters, digits and inner hyphens: safe in an object key, a URL and a file name. */
const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    'a name is 1 to 64 lower-case letters, digits and inner hyphens',
  );

/** Names must differ; told together with whatever else is wrong, so that the items may be anything yet. */
const uniqueNames = z.superRefine<readonly ({ name?: unknown } | null | undefined)[]>(
  (items, context) => {
    const seen = new Set<unknown>();
    items.forEach((item, index) => {
      const name = item?.name;
      if (typeof name === 'string' && seen.has(name))
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `"${name}" is already taken: names must differ`,
        });
      seen.add(name);
    });
  },
  { when: ({ value }) => Array.isArray(value) },
);

/** S3's own limit for the values of a notification's filter rules is the length of a key. */
const keyPartSchema = z
  .string()
  .refine((part) => Buffer.byteLength(part) <= 1024, 'a key has at most 1,024 bytes');

const variantSchema = z.strictObject({
  name: nameSchema.describe('Name of the output: `KEY/NAME.EXT`'),
  steps: catalog.stepsSchema.describe(
    'Transforms, in this order, each on the result of the one before',
  ),
});

export const recipeSchema = z.strictObject({
  name: nameSchema.describe('Name in manifests, logs and metrics'),
  match: z
    .strictObject({
      prefix: keyPartSchema.default('').describe('The key begins so; empty for every key'),
      suffixes: z
        .array(keyPartSchema.min(1))
        .min(1)
        .optional()
        .describe('The key ends in one of these, upper and lower case being different'),
    })
    .prefault({})
    .describe('Which uploads the recipe is for; the first recipe that matches wins'),
  variants: z
    .array(variantSchema)
    .min(1)
    .check(uniqueNames)
    .describe('The pictures to make of an upload'),
  formats: z
    .array(z.enum(SOURCE_FORMATS))
    .min(1)
    .default(SOURCE_FORMATS.filter((format) => format !== 'svg'))
    .describe('Formats that are accepted, told by the bytes; others are `UNSUPPORTED_FORMAT`'),
  cacheControl: z
    .string()
    .regex(/^[\x20-\x7e]+$/, 'a header holds printable ASCII')
    .default(DEFAULT_CACHE_CONTROL)
    .describe('`Cache-Control` of the outputs'),
  onSourceRemoved: z
    .enum(['delete', 'keep'])
    .default('delete')
    .describe('What becomes of the outputs when the upload is removed'),
});

export const recipesSchema = z.array(recipeSchema).min(1).check(uniqueNames);

/** A recipe as its schema leaves it: steps parsed, defaults filled in. */
export type Recipe = z.output<typeof recipeSchema>;
/** A recipe as a stack file or a program writes it. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** A key that ends in `/` is a folder marker of the S3 console, no upload. */
export function isFolderMarker(key: string): boolean {
  return key.endsWith('/');
}

/** All of a recipe that selecting it needs. */
export interface Matching {
  readonly match: { readonly prefix: string; readonly suffixes?: readonly string[] | undefined };
}

/** @returns the first recipe whose match holds for the key, nothing for a folder marker */
export function selectRecipe<R extends Matching>(
  recipes: readonly R[],
  key: string,
): R | undefined {
  if (isFolderMarker(key)) return undefined;
  return recipes.find(
    ({ match }) =>
      key.startsWith(match.prefix) &&
      (match.suffixes?.some((suffix) => key.endsWith(suffix)) ?? true),
  );
}
