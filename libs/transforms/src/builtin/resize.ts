import * as z from 'zod';
import { defineTransform, type Shape } from '../define-transform.ts';
import type { SharpSlot } from '../plan/sharp-order.ts';
import { colourSchema, isTranslucent } from './background.ts';
import { cutOffset, isStrategy, placeOffset, positionSchema } from './position.ts';
import { FITS, resizedSize, scaledSize, type ResizeTarget } from './resize-geometry.ts';

const side = z.number().int().min(1).max(65_535);

const options = z
  .strictObject({
    /** Pixels, 1 to 65,535. One of `width` and `height` is enough: the other keeps the aspect ratio. */
    width: side.optional(),
    height: side.optional(),
    /** With both sides given: `cover` (default) cuts, `contain` pads, `fill` distorts, `inside` and `outside` keep. */
    fit: z.enum(FITS).default('cover'),
    /**
     * What `cover` keeps and where `contain` puts the picture; default `centre`. `attention` and `entropy` look for the
     * liveliest part, only with `cover`; an animation, whose frames would jump, gets `centre` instead.
     */
    position: positionSchema.default('centre'),
    /** Fills what `contain` pads. Default black, as sharp's. */
    background: colourSchema.default('#000000'),
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
      .default('lanczos3'),
    /** A picture that is smaller already keeps its size. Default false, as sharp's. */
    withoutEnlargement: z.boolean().default(false),
    withoutReduction: z.boolean().default(false),
    /** False decodes JPEG and WebP at more than the needed size: 6 to 20 % more CPU at 24 megapixels. */
    fastShrinkOnLoad: z.boolean().default(true),
    /** Device pixel ratio: multiplies `width` and `height`, 1 (default) to 4. */
    dpr: z.number().min(1).max(4).default(1),
  })
  .refine((given) => given.width !== undefined || given.height !== undefined, {
    error: 'needs a width, a height or both',
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
 * Makes the picture larger or smaller. All sizes are worked out from the step's input and handed to sharp as `fill`,
 * so that a picture that was reduced on the way to another variant leads to the very same size.
 */
export const resize = defineTransform({
  name: 'resize',
  version: 1,
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
      return image.resize({ ...result, fit: 'cover', position, kernel, fastShrinkOnLoad });
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
