import { isAnimation, type SourceFacts } from '@darkroom/transforms';
import * as z from 'zod';
import { RECIPE_FORMATS } from '../catalog.ts';

/** Both ends belong to it. */
interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

const range = z
  .strictObject({
    min: z.int().min(1).optional().describe('At least so many'),
    max: z.int().min(1).optional().describe('At most so many'),
  })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs a min, a max or both')
  // The schema of each bound reports its own errors.
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
    error: ({ input }) => {
      const { min, max } = input as Range;
      return `min (${min}) is above max (${max})`;
    },
  });

const conditions = z.strictObject({
  format: z
    .array(z.enum(RECIPE_FORMATS))
    .min(1)
    .optional()
    .describe('The upload’s format, told by its bytes, is one of these'),
  width: range.optional().describe('Of the upload as displayed, pixels'),
  height: range.optional().describe('Of the upload as displayed, pixels'),
  pixels: range.optional().describe('Width × height; of an animation, one frame’s'),
  animated: z.boolean().optional().describe('A GIF or WebP of more than one frame'),
  hasAlpha: z.boolean().optional().describe('The upload can have transparent parts'),
});

/** All that it names has to hold. */
export const whenSchema = conditions.refine((when) => Object.keys(when).length > 0, {
  error: `names no condition; there are: ${Object.keys(conditions.shape).join(', ')}`,
  when: ({ issues }) => issues.length === 0,
});

/** A condition on the upload. */
export type When = z.output<typeof whenSchema>;

function inRange(value: number, { min = 0, max = Infinity }: Range = {}): boolean {
  return min <= value && value <= max;
}

/** Whether the condition holds for an upload, as far as its header tells. */
export function holds(when: When | undefined, facts: SourceFacts): boolean {
  if (!when) return true;
  const { format, width, height, pixels, animated, hasAlpha } = when;
  return (
    (format?.some((one) => one === facts.format) ?? true) &&
    inRange(facts.width, width) &&
    inRange(facts.height, height) &&
    inRange(facts.width * facts.height, pixels) &&
    (animated ?? isAnimation(facts)) === isAnimation(facts) &&
    (hasAlpha ?? facts.hasAlpha) === facts.hasAlpha
  );
}
