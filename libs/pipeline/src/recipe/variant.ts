import { makesSheet, type Step, type Variant } from '@darkroom/transforms';
import * as z from 'zod';
import { catalog } from '../catalog.ts';
import {
  eachOnce,
  formatOf,
  joinsParts,
  nameProblem,
  variantName,
  variantNameSchema,
} from './names.ts';
import { encodeSchema, type VariantStep, variantStepsSchema } from './steps.ts';
import {
  framesSchema,
  pagesSchema,
  type PartRange,
  partRange,
  type Parts,
  partsOf,
} from './part-range.ts';
import { type When, whenSchema } from './when.ts';

export const animatedSchema = z.enum(['keep', 'first']);

const membersSchema = z.strictObject({
  name: variantNameSchema.describe(
    'Name of the output: `KEY/NAME.EXT`. With `widths` and `encode`: `KEY/NAME-WIDTH-FORMAT.EXT`, or the width where the name says `{width}`',
  ),
  steps: variantStepsSchema
    .optional()
    .describe('Transforms, in this order, each on the result of the one before'),
  widths: z
    .array(z.int().min(1).max(65_535))
    .min(1)
    .check(eachOnce)
    .optional()
    .describe('A responsive set: one picture for each width, pixels'),
  encode: z
    .array(encodeSchema)
    .min(1)
    .check(eachOnce)
    .optional()
    .describe('One picture for each of these, which are what an `encode` step takes'),
  when: whenSchema
    .optional()
    .describe('The variant is made only if all of this holds for the upload'),
  pages: pagesSchema
    .optional()
    .describe(
      'Pages of a document: `all`, a page, a range such as `1-5`, or so many `evenly`. Each is a picture `KEY/NAME-pN.EXT`; with `encode: pdf`, all are one file `KEY/NAME.pdf`, and with `montage` one picture. Default: `first`, which is `KEY/NAME.EXT`',
    ),
  frames: framesSchema
    .optional()
    .describe(
      'Frames of an animated GIF or WebP as stills: `all`, a frame, a range such as `1-5`, or so many `evenly`. Each is a picture `KEY/NAME-fN.EXT`; with `montage`, all are one. `first` is `KEY/NAME.EXT`. Default: none, the variant follows `animated`',
    ),
  animated: animatedSchema.optional().describe('For this variant, instead of the recipe’s'),
  copy: z
    .literal(true)
    .optional()
    .describe('A copy of the upload, byte for byte, instead of `steps`'),
});

interface Written {
  readonly steps?: unknown;
  readonly copy?: unknown;
  readonly frames?: unknown;
}
/** A variant as it is written; `expandVariant` makes plain ones of it. */
export type WrittenVariant = z.output<typeof membersSchema>;

export const variantSchema = membersSchema
  .check(
    z.superRefine<Written>(checkMembers, {
      when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
    }),
  )
  .superRefine(checkMeaning)
  // For editors.
  .meta({ oneOf: [{ required: ['steps'] }, { required: ['copy'] }] });

/** A plain variant: one picture. */
export interface RecipeVariant extends Variant {
  readonly when?: When;
  /** The upload itself; there are no steps. */
  readonly copy?: true;
  /** One picture for each of these pages. */
  readonly pages?: PartRange;
  /** One picture for each of these frames. */
  readonly frames?: PartRange;
  /** One output of all these: a sheet, or a document of pages. */
  readonly joined?: Parts;
}

/** Runs together with all other checks. */
function checkMembers(variant: Written, context: z.RefinementCtx): void {
  if (variant.frames !== undefined) {
    if ('pages' in variant)
      context.addIssue({
        code: 'custom',
        path: ['frames'],
        message: 'documents have pages and animations have frames: make a variant for each',
      });
    if ('animated' in variant)
      context.addIssue({
        code: 'custom',
        path: ['animated'],
        message: 'the frames of an animation are stills: remove animated, or frames',
      });
  }
  if (variant.copy === undefined) {
    if (variant.steps === undefined)
      context.addIssue({
        code: 'custom',
        path: ['steps'],
        message: 'is missing: expected a list, or copy: true',
      });
    return;
  }
  for (const member of ['steps', 'widths', 'encode', 'animated', 'pages', 'frames'])
    if (member in variant)
      context.addIssue({
        code: 'custom',
        path: [member],
        message: `a copy has the upload’s bytes: ${member} cannot change them`,
      });
}

function checkMeaning(variant: WrittenVariant, context: z.RefinementCtx): void {
  const { steps = [], widths, encode } = variant;
  const refuse = (path: readonly PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const named = nameProblem(variant);
  if (named) refuse(['name'], named);
  if (makesSheet(steps) && !partsOf(partRanges(variant)))
    refuse(
      ['steps', steps.findIndex((step) => makesSheet([step])), 'montage'],
      'joins several pages or frames: the variant needs `pages` or `frames`, such as `pages: all`',
    );
  let resizes = 0;
  steps.forEach(({ transform, options, open }, index) => {
    const path = ['steps', index, transform];
    if (transform === 'encode' && encode)
      refuse(path, 'the variant’s own encode list says how files are written');
    if (transform !== 'resize') return;
    if (options['position'] === 'focus' && !followsUpright(steps.slice(0, index)))
      refuse(
        [...path, 'position'],
        'focus is a place in the upright upload: put only `rotate: auto` before this step',
      );
    if (open && !widths) refuse(path, 'needs a width, a height or both');
    if (!open && widths)
      refuse(path, 'takes its width from the variant’s widths: leave width and height out');
    if (widths && ++resizes > 1) refuse(path, 'with widths, a variant has one resize');
  });
}

/** What is selected of an upload. */
function partRanges({ pages, frames }: Pick<WrittenVariant, 'pages' | 'frames'>) {
  const [pageRange, frameRange] = [partRange(pages), partRange(frames)];
  return { ...(pageRange && { pages: pageRange }), ...(frameRange && { frames: frameRange }) };
}

/** Whether these steps do nothing but make the picture upright. */
function followsUpright(before: readonly VariantStep[]): boolean {
  const pixels = before.filter(({ transform }) => catalog.get(transform)?.kind !== 'setting');
  const isUpright = ({ transform, options }: VariantStep) =>
    transform === 'rotate' && options['angle'] === 'auto';
  return pixels.length > 0 && pixels.every(isUpright);
}

/**
 * Expands a written variant to plain ones, in the order of its widths and, for each, of its formats.
 *
 * @param animated the recipe's, where the variant says nothing
 */
export function expandVariant(
  variant: WrittenVariant,
  animated: 'keep' | 'first',
): RecipeVariant[] {
  const { name, steps = [], widths, encode, when, animated: own, copy, frames } = variant;
  const condition = when && { when };
  if (copy) return [{ name, steps: [], copy, ...condition }];
  const ranges = partRanges(variant);
  const parts = partsOf(ranges);
  const isStill = (own ?? animated) === 'first' || frames === 'first';
  return (widths ?? [undefined]).flatMap((width) =>
    (encode ?? [undefined]).map((file) => ({
      name: variantName(name, width, formatOf(file)),
      steps: [...withWidth(steps, width), ...(file ? [file] : [])],
      ...condition,
      ...(parts && joinsParts(variant, formatOf(file)) ? { joined: parts } : ranges),
      ...(isStill && { animated: 'first' as const }),
    })),
  );
}

function withWidth(steps: readonly VariantStep[], width: number | undefined): readonly Step[] {
  if (width === undefined) return steps;
  if (steps.some(({ open }) => open))
    return steps.map(({ open, transform, options }) => ({
      transform,
      options: open ? { ...options, width } : options,
    }));
  const resize = catalog.stepSchema.parse({ resize: { width, withoutEnlargement: true } });
  const encode = steps.findIndex(({ transform }) => transform === 'encode');
  return steps.toSpliced(encode === -1 ? steps.length : encode, 0, resize);
}
