import {
  DEFAULT_PLACEHOLDER,
  type EstimateRequest,
  isPictureFormat,
  MEASURES,
  NO_PLACEHOLDER,
  type PlaceholderParts,
  SOURCE_FORMATS,
  type SourceFacts,
  type Step,
} from '@darkroom/transforms';
import * as z from 'zod';
import { catalog, decoderOptionsSchema, formatsOf, RECIPE_FORMATS } from '../catalog.ts';
import { type Choices, CHOICES } from '../contract/choices.ts';
import { eachOnce, nameSchema, uniqueNames } from './names.ts';
import { animatedSchema, expandVariant, type RecipeVariant, variantSchema } from './variant.ts';
import { framesOf, pagesOf, wantedVariants } from './pages.ts';

const partsSchema = z.strictObject({
  thumbhash: z
    .boolean()
    .default(DEFAULT_PLACEHOLDER.thumbhash)
    .describe('A ThumbHash, base64: colours and blurred shapes in about 25 bytes'),
  dominantColour: z
    .boolean()
    .default(DEFAULT_PLACEHOLDER.dominantColour)
    .describe('The most frequent colour, `#rrggbb`'),
  blurhash: z
    .boolean()
    .default(DEFAULT_PLACEHOLDER.blurhash)
    .describe('A BlurHash of 4×3 components, transparent parts in white'),
});

/** What the manifest's `placeholder` holds; `false` for none. */
export const placeholderSchema = z.union([z.literal(false), partsSchema], {
  error: 'expected false, or a map that may set thumbhash, dominantColour and blurhash',
});

export function placeholderParts(given: z.output<typeof placeholderSchema>): PlaceholderParts {
  return given || NO_PLACEHOLDER;
}

/** `Cache-Control` of outputs that an overwrite of their upload replaces. */
export const DEFAULT_CACHE_CONTROL = 'public, max-age=300, stale-while-revalidate=86400';

/** S3's own limit for the values of a notification's filter rules is the length of a key. */
const keyPartSchema = z
  .string()
  .refine((part) => Buffer.byteLength(part) <= 1024, 'a key has at most 1,024 bytes');

/** What the manifest can say about an upload. */
const FACTS = ['resolution', ...MEASURES] as const;

/** A recipe as it is written: every member with its text for the reference pages. */
const writtenSchema = z.strictObject({
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
  effort: z
    .enum(['fast', 'balanced', 'small'])
    .default('balanced')
    .describe(
      'What encoders aim at where an `encode` step does not say it: little CPU, or few bytes',
    ),
  animated: animatedSchema
    .default('keep')
    .describe(
      'An animated GIF or WebP keeps its frames in outputs that can hold them, or is a still of the first',
    ),
  placeholder: placeholderSchema
    .prefault({})
    .describe(
      'What the manifest holds for the time until a picture has loaded; `false` for nothing',
    ),
  formats: z
    .array(z.enum(RECIPE_FORMATS))
    .min(1)
    .default(SOURCE_FORMATS.filter((format) => format !== 'svg'))
    .describe(
      'Formats that are accepted, found by the bytes; others are `UNSUPPORTED_FORMAT`. The default leaves out `svg` and those with a decoder of their own (docs/formats.md)',
    ),
  // Without a default, which would change the hash of every recipe.
  decoders: decoderOptionsSchema
    .optional()
    .describe('How uploads of some formats are read, by the names of their decoders'),
  cacheControl: z
    .string()
    .regex(/^[\x20-\x7e]+$/, 'a header holds printable ASCII')
    .default(DEFAULT_CACHE_CONTROL)
    .describe('`Cache-Control` of the outputs'),
  onSourceRemoved: z
    .enum(['delete', 'keep'])
    .default('delete')
    .describe('What becomes of the outputs when the upload is removed'),
  // Without a default, which would change the hash of every recipe.
  allOrNothing: z
    .boolean()
    .optional()
    .describe(
      'Rejects an upload if one of its variants cannot be made. Default: false, the manifest lists such variants as `skipped` and the others are made',
    ),
  // Without a default, too.
  facts: z
    .array(z.enum(FACTS))
    .min(1)
    .check(eachOnce)
    .optional()
    .describe(
      'What the manifest says about the samples of the upload, in `source.facts`. All but `resolution` take a decode of their own. Default: nothing',
    ),
  // Without a default, too.
  choices: z
    .array(z.enum(CHOICES))
    .min(1)
    .check(eachOnce)
    .optional()
    .describe('What an upload may choose for itself, in its metadata. Default: nothing'),
});

type Written = z.output<typeof writtenSchema>;

/** A recipe that never uses the focal points of its uploads is a mistake, and so is one that ignores them. */
function needFocus({ choices, variants }: Written, context: z.RefinementCtx): void {
  if (choices?.includes('focus')) return;
  variants.forEach(({ steps = [] }, index) => {
    steps.forEach(({ options: { position, focus } }, step) => {
      if (position === 'focus' && focus === undefined)
        context.addIssue({
          code: 'custom',
          path: ['variants', index, 'steps', step, 'resize', 'position'],
          message: 'focus needs `choices: [focus]` in the recipe, or a `focus` of the step',
        });
    });
  });
}

/** An SVG can carry scripts, and outputs are served to browsers. Outputs do not have the formats of decoders. */
function refuseCopies({ formats, variants }: Written, context: z.RefinementCtx): void {
  variants.forEach(({ copy, when }, index) => {
    const copied = copy ? formats.filter((one) => when?.format?.includes(one) ?? true) : [];
    const refused = copied.find((format) => !isPictureFormat(format));
    if (!refused) return;
    const why =
      refused === 'svg'
        ? 'a copy of an SVG could carry scripts to browsers'
        : `outputs cannot be ${refused} files`;
    context.addIssue({
      code: 'custom',
      path: ['variants', index, 'copy'],
      message: `${why}: give it a \`when\` with the other formats`,
    });
  });
}

/** Options that have no effect are a mistake. */
function needFormats({ formats, decoders = {} }: Written, context: z.RefinementCtx): void {
  for (const name of Object.keys(decoders)) {
    const own = formatsOf(name);
    if (own.some((format) => formats.some((allowed) => allowed === format))) continue;
    context.addIssue({
      code: 'custom',
      path: ['decoders', name],
      message: `needs ${own.join(' or ')} in the recipe’s formats`,
    });
  }
}

/** Expands responsive sets once. All other code sees plain variants. */
function expandRecipe({ animated, variants, placeholder, ...rest }: Written) {
  return {
    ...rest,
    variants: variants.flatMap((variant): RecipeVariant[] => expandVariant(variant, animated)),
    placeholder: placeholderParts(placeholder),
  };
}

export const recipeSchema = writtenSchema
  .superRefine(refuseCopies)
  .superRefine(needFocus)
  .superRefine(needFormats)
  .transform(expandRecipe);

export const recipesSchema = z.array(recipeSchema).min(1).check(uniqueNames);

/** A recipe as its schema leaves it: variants plain, steps parsed, defaults filled in. */
export interface Recipe extends z.output<typeof recipeSchema> {
  /** SHA-256 of the bundled files that the steps read, by their names (`pinSideFiles`). */
  readonly sideFiles?: Readonly<Record<string, string>>;
}
/** A recipe as a stack file or a program writes it. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** A key that ends in `/` is a folder marker of the S3 console and not an upload. */
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

/** An upload, and the facts of its pages, or of all its frames, that a recipe needs. */
export type PageFacts = readonly [first: SourceFacts, ...others: SourceFacts[]];

/**
 * What the engine has to make of each page of an upload, and of its frames: the variants whose conditions hold for the first
 * page, but for copies. The placeholder and the measures are those of the first page.
 */
export function renderRequests(
  recipe: Recipe,
  pages: PageFacts,
  choices: Choices = {},
): EstimateRequest[] {
  const { name, effort, placeholder, facts: wantedFacts = [] } = recipe;
  const measures = wantedFacts.filter((fact) => fact !== 'resolution');
  const cropping = cropSteps(choices);
  const wanted = wantedVariants(recipe, pages[0]).filter(({ copy }) => !copy);
  return pages.map((facts, index) => {
    const isFirst = index === 0;
    const variants = wanted.flatMap((one) => {
      const { page: _, joined: _joined, ...variant } = one;
      const steps = [...cropping, ...variant.steps.map((step) => withFocus(step, choices))];
      if (facts.frameOf) return framesOf(one).map((frame) => ({ ...variant, frame, steps }));
      return pagesOf(one).includes(facts.page ?? 1) ? [{ ...variant, steps }] : [];
    });
    return {
      ...{ facts, recipe: name, variants, effort },
      placeholder: isFirst ? placeholder : NO_PLACEHOLDER,
      ...(isFirst && measures.length > 0 && { measures }),
      ...(cropping.length > 0 && { placeholderSteps: cropping }),
    };
  });
}

/** The region of the upright upload that all variants are made of. */
function cropSteps({ crop }: Choices): readonly Step[] {
  if (!crop) return [];
  const percent = (share: number) => `${Number((share * 100).toFixed(4))}%`;
  const { left, top, width, height } = crop;
  const region = {
    ...{ left: percent(left), top: percent(top) },
    ...{ width: percent(width), height: percent(height) },
  };
  return [
    catalog.stepSchema.parse('rotate'),
    catalog.stepSchema.parse({ crop: { ...region, otherwise: 'clamp' } }),
  ];
}

/** A focal point is a place in the upload, and a resize works on what its crop has left. */
function withFocus(step: Step, { focus, crop }: Choices): Step {
  if (!focus || step.options['position'] !== 'focus') return step;
  const { otherwise: _, ...options } = step.options;
  const inside = (share: number, start: number, length: number) =>
    Math.max(0, Math.min(1, (share - start) / length));
  const point = crop
    ? { x: inside(focus.x, crop.left, crop.width), y: inside(focus.y, crop.top, crop.height) }
    : focus;
  return { ...step, options: { ...options, focus: point } };
}
