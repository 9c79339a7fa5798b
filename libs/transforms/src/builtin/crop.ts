import * as z from 'zod';
import { defineTransform, type Shape } from '../define-transform.ts';
import { regionAt, regionOfRatio, type Length, type Region } from './crop-region.ts';
import { gravitySchema } from './position.ts';

const length = z.union(
  [
    z.number().int().min(0),
    z
      .string()
      .regex(/^(100|\d{1,2})(\.\d+)?%$/, { error: 'expected pixels or a percentage (25%)' }),
  ],
  { error: 'expected pixels (0 and up) or a percentage (25%)' },
) as z.ZodType<Length>;
const share = z.number().min(0).max(1);

const options = z
  .strictObject({
    /** Edges of the region, pixels or `N%` of the picture's side. */
    left: length.optional(),
    top: length.optional(),
    /** Size of the region; given together with `height`, and neither with `aspectRatio`. */
    width: length.optional(),
    height: length.optional(),
    /** Instead of a size: `16:9` keeps the largest region of that shape. */
    aspectRatio: z
      .string()
      .regex(/^\d+(\.\d+)?:\d+(\.\d+)?$/, { error: 'expected WIDTH:HEIGHT (16:9)' })
      .refine((text) => text.split(':').every((part) => Number(part) > 0), {
        error: 'expected two numbers above 0',
      })
      .optional(),
    /** With `aspectRatio`: which part stays, default `centre`. */
    gravity: gravitySchema.optional(),
    /** With `aspectRatio`: a point of interest, in shares (0 to 1) of width and height, to keep in the middle. */
    focus: z.strictObject({ x: share, y: share }).optional(),
  })
  .superRefine((given, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    const { left, top, width, height, aspectRatio, gravity, focus } = given;
    if (aspectRatio === undefined) {
      if (width === undefined || height === undefined) {
        refuse('needs width and height, or aspectRatio');
      }
      if (gravity !== undefined || focus !== undefined)
        refuse('gravity and focus go with aspectRatio');
    } else {
      if ([left, top, width, height].some((edge) => edge !== undefined)) {
        refuse('aspectRatio goes with gravity or focus, not with left, top, width and height');
      }
      if (gravity !== undefined && focus !== undefined) refuse('needs gravity or focus, not both');
    }
  });

function region(
  input: Shape,
  { left = 0, top = 0, width = '100%', height = '100%', ...given }: z.output<typeof options>,
): Region {
  if (given.aspectRatio === undefined) return regionAt(input, { left, top, width, height });
  const [wide = 1, high = 1] = given.aspectRatio.split(':').map(Number);
  return regionOfRatio(input, wide / high, given.focus ?? given.gravity ?? 'centre');
}

/** Cuts a region out of the picture (sharp's `extract`). */
export const crop = defineTransform({
  name: 'crop',
  version: 1,
  options,
  after(input, given) {
    const { width, height } = region(input, given);
    return { ...input, width, height };
  },
  // sharp extracts before a resize unless one was asked for, or a first extract (resize.mjs, `extract`).
  slots: (_, __, { used }) => [
    used.has('resize') || used.has('extractPre') ? 'extractPost' : 'extractPre',
  ],
  apply: (image, given, { input }) => image.extract(region(input, given)),
});
