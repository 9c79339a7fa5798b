import * as z from 'zod';
import type { Shape } from '../bound-transform.ts';
import { defineTransform } from '../define-transform.ts';
import type { SharpSlot } from '../sharp-order.ts';
import { colourSchema, isTranslucent } from './shared/colour.ts';
import { cutOffset, isStrategy, placeOffset, positionSchema } from './shared/position.ts';
import { FITS, resizedSize, type ResizeTarget, scaledSize } from './shared/resize-geometry.ts';

const side = z.number().int().min(1).max(65_535);

const options = z
  .strictObject({
    width: side
      .optional()
      .describe(
        'Pixels. If only one of `width` and `height` is given, the other follows from the aspect ratio.',
      ),
    height: side.optional().describe('Pixels.'),
    fit: z
      .enum(FITS)
      .default('cover')
      .describe(
        'If both sides are given: `cover` crops, `contain` pads, `fill` ignores the aspect ratio, `inside` and `outside` keep the whole picture and its aspect ratio at most or at least at that size.',
      ),
    position: positionSchema
      .default('centre')
      .describe(
        'The part that `cover` keeps, and the position of the picture for `contain`. `attention` and `entropy` search for the most interesting region; only with `cover`. Animations use `centre` instead, because their frames would jump.',
      ),
    background: colourSchema.default('#000000').describe('Colour of the padding for `contain`.'),
    kernel: z
      .enum([
        'nearest',
        'linear',
        'cubic',
        'mitchell',
        'lanczos2',
        'lanczos3',
        'mks2013',
        'mks2021',
      ])
      .default('lanczos3')
      .describe('Interpolation kernel.'),
    withoutEnlargement: z
      .boolean()
      .default(false)
      .describe('Does not enlarge pictures that are smaller.'),
    withoutReduction: z
      .boolean()
      .default(false)
      .describe('Does not reduce pictures that are larger.'),
    fastShrinkOnLoad: z
      .boolean()
      .default(true)
      .describe(
        'Lets the JPEG and WebP decoder reduce the picture. `false` takes 6 to 20 % more CPU at 24 megapixels.',
      ),
    dpr: z
      .number()
      .min(1)
      .max(4)
      .default(1)
      .describe('Device pixel ratio: multiplies `width` and `height`.'),
  })
  .refine((given) => given.width !== undefined || given.height !== undefined, {
    error: 'needs a width, a height or both',
  })
  .meta({
    description: 'Resizes the picture.',
    examples: [
      { width: 160, height: 160 },
      { width: 1280, withoutEnlargement: true },
    ],
  });

type Options = z.output<typeof options>;

function target({ width, height, dpr, ...rest }: Options): ResizeTarget {
  return {
    ...rest,
    width: width === undefined ? undefined : Math.max(1, Math.round(width * dpr)),
    height: height === undefined ? undefined : Math.max(1, Math.round(height * dpr)),
  };
}

function steps(input: Shape, given: Options) {
  const scaled = scaledSize(input, target(given));
  const result = resizedSize(input, target(given));
  return {
    scaled,
    result,
    cuts: result.width < scaled.width || result.height < scaled.height,
    pads: result.width > scaled.width || result.height > scaled.height,
  };
}

/**
 * Computes all sizes from the step's declared input and passes them to sharp as `fill`. A picture that the planner has
 * already reduced therefore gets exactly the same size.
 */
export const resize = defineTransform({
  name: 'resize',
  version: 2,
  options,
  after(input, given) {
    const { result, pads } = steps(input, given);
    return {
      ...input,
      ...result,
      hasAlpha: input.hasAlpha || (pads && isTranslucent(given.background)),
    };
  },
  scale(input, given) {
    const { kernel, fastShrinkOnLoad } = given;
    return { ...steps(input, given).scaled, kernel, fastShrinkOnLoad };
  },
  slots(given, input): SharpSlot[] {
    const { cuts, pads } = steps(input, given);
    if (pads) return ['resize', 'extend'];
    if (!cuts) return ['resize'];
    return ['resize', isStrategy(given.position) ? 'cropEmbed' : 'extractPost'];
  },
  apply(image, given, { input, animated }) {
    const { scaled, result, cuts, pads } = steps(input, given);
    const { kernel, fastShrinkOnLoad, background } = given;
    const position = isStrategy(given.position) && animated ? 'centre' : given.position;
    if (cuts && isStrategy(position)) {
      const { withoutReduction } = given;
      return image.resize({
        ...result,
        fit: 'cover',
        position,
        kernel,
        fastShrinkOnLoad,
        withoutReduction,
      });
    }
    image.resize({ ...scaled, fit: 'fill', kernel, fastShrinkOnLoad });
    const anchor = isStrategy(position) ? 'centre' : position;
    if (cuts) {
      const offset = cutOffset(scaled.width - result.width, scaled.height - result.height, anchor);
      return image.extract({ ...offset, ...result });
    }
    if (!pads) return image;
    const [freeX, freeY] = [result.width - scaled.width, result.height - scaled.height];
    const { left, top } = placeOffset(freeX, freeY, anchor);
    return image.extend({ left, top, right: freeX - left, bottom: freeY - top, background });
  },
});
