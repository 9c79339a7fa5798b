import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Shape } from '../bound-transform.ts';
import { defineTransform } from '../define-transform.ts';
import type { SharpSlot } from '../sharp-order.ts';
import { colourSchema, isTranslucent } from './shared/colour.ts';
import {
  type Anchor,
  cutOffset,
  isStrategy,
  placeOffset,
  type Point,
  pointSchema,
  type Position,
  positionSchema,
  startAround,
} from './shared/position.ts';
import { FITS, resizedSize, type ResizeTarget, scaledSize } from './shared/resize-geometry.ts';

const side = z.number().int().min(1).max(65_535);

const options = () =>
  z
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
      position: z
        .enum([...positionSchema.options, 'focus'])
        .default('centre')
        .describe(
          'The part that `cover` keeps, and the position of the picture for `contain`. `attention` and `entropy` search for the most interesting region; only with `cover`. Animations use `centre` instead, because their frames would jump. `focus` keeps the focal point that the upload names (recipe option `choices`) as close to the centre as the edges allow.',
        ),
      focus: pointSchema
        .optional()
        .describe('With `position: focus`: the point of uploads that name none.'),
      otherwise: positionSchema
        .optional()
        .describe(
          'With `position: focus`, instead of `focus`: the position for uploads that name no point; default `centre`.',
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
    .superRefine(({ position, focus, otherwise }, context) => {
      const refuse = (message: string) => context.addIssue(message);
      if (position !== 'focus' && (focus ?? otherwise) !== undefined)
        refuse('focus and otherwise require position: focus');
      if (focus !== undefined && otherwise !== undefined)
        refuse('needs focus or otherwise, not both');
    })
    .meta({
      description: 'Resizes the picture.',
      examples: [
        { width: 160, height: 160 },
        { width: 1280, withoutEnlargement: true },
      ],
    });

type Options = z.output<ReturnType<typeof options>>;

function target({ width, height, dpr, ...rest }: Options): ResizeTarget {
  return {
    ...rest,
    width: width === undefined ? undefined : Math.max(1, Math.round(width * dpr)),
    height: height === undefined ? undefined : Math.max(1, Math.round(height * dpr)),
  };
}

/** Where `cover` cuts. */
function placeOf({ position, focus, otherwise = 'centre' }: Options): Position | Point {
  return position === 'focus' ? (focus ?? otherwise) : position;
}

/** Left and top of the part that an anchor or a point keeps, pixels. */
function partAt(
  place: Anchor | Point,
  whole: { readonly width: number; readonly height: number },
  part: { readonly width: number; readonly height: number },
) {
  if (typeof place === 'string')
    return cutOffset(whole.width - part.width, whole.height - part.height, place);
  return {
    left: startAround(place.x, whole.width, part.width),
    top: startAround(place.y, whole.height, part.height),
  };
}

/** Longest side that a picture is enlarged to before a cut, pixels: as long as a JPEG can be. */
const MAX_SCALED_SIDE = 65_535;

function steps(input: Shape, given: Options) {
  const scaled = scaledSize(input, target(given));
  const result = resizedSize(input, target(given));
  const cuts = result.width < scaled.width || result.height < scaled.height;
  const enlarges = scaled.width * scaled.height > input.width * input.height;
  const isLong = Math.max(scaled.width, scaled.height) > MAX_SCALED_SIDE;
  return {
    scaled,
    result,
    cuts,
    pads: result.width > scaled.width || result.height > scaled.height,
    // sharp would enlarge the whole picture, and a strategy would search all of that.
    cutsFirst: cuts && enlarges && (isStrategy(placeOf(given)) || isLong),
  };
}

/** The part of the input that `cover` keeps, pixels of the input. */
function keptSize(input: Shape, { scaled, result }: ReturnType<typeof steps>) {
  const kept = (side: number, whole: number, part: number) =>
    Math.max(1, Math.min(side, Math.round((side * part) / whole)));
  return {
    width: kept(input.width, scaled.width, result.width),
    height: kept(input.height, scaled.height, result.height),
  };
}

/** Left and top of the part that a strategy finds, pixels. A picture that cannot be decoded fails later, by itself. */
async function findPart(
  image: Sharp,
  size: { readonly width: number; readonly height: number },
  position: 'attention' | 'entropy',
) {
  try {
    const part = image.clone().resize({ ...size, fit: 'cover', position });
    const { info } = await part.raw().toBuffer({ resolveWithObject: true });
    const { cropOffsetLeft = 0, cropOffsetTop = 0 } = info;
    return { left: -cropOffsetLeft, top: -cropOffsetTop };
  } catch {
    return { left: 0, top: 0 };
  }
}

/**
 * Computes all sizes from the step's declared input and passes them to sharp as `fill`, or as the exact size of `cover`.
 * A picture that the planner has already reduced therefore gets exactly the same size.
 */
export const resize = defineTransform({
  name: 'resize',
  version: 3,
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
    const { scaled, cutsFirst } = steps(input, given);
    return cutsFirst ? undefined : { ...scaled, kernel, fastShrinkOnLoad };
  },
  slots(given, input): SharpSlot[] {
    const { cuts, pads, cutsFirst } = steps(input, given);
    if (pads) return ['resize', 'extend'];
    if (cutsFirst) return ['extractPre', 'resize'];
    if (!cuts) return ['resize'];
    return ['resize', typeof placeOf(given) === 'string' ? 'cropEmbed' : 'extractPost'];
  },
  async apply(image, given, { input, animated }) {
    const sizes = steps(input, given);
    const { scaled, result, cuts, pads, cutsFirst } = sizes;
    const { kernel, fastShrinkOnLoad, background, withoutReduction } = given;
    const wanted = placeOf(given);
    const position = isStrategy(wanted) && animated ? 'centre' : wanted;
    if (cutsFirst) {
      const size = keptSize(input, sizes);
      const place = isStrategy(position)
        ? await findPart(image, size, position)
        : partAt(position, input, size);
      return image.extract({ ...place, ...size }).resize({ ...result, fit: 'fill', kernel });
    }
    if (cuts && typeof position === 'string') {
      // Not `fill` and an extract: sharp makes upright before an extract, and cannot shrink on load then.
      const cover = { ...result, fit: 'cover', position, kernel } as const;
      return image.resize({ ...cover, fastShrinkOnLoad, withoutReduction });
    }
    image.resize({ ...scaled, fit: 'fill', kernel, fastShrinkOnLoad });
    // sharp has no position for a point.
    if (cuts) return image.extract({ ...partAt(position as Point, scaled, result), ...result });
    if (!pads) return image;
    const anchor = typeof position !== 'string' || isStrategy(position) ? 'centre' : position;
    const [freeX, freeY] = [result.width - scaled.width, result.height - scaled.height];
    const { left, top } = placeOffset(freeX, freeY, anchor);
    return image.extend({ left, top, right: freeX - left, bottom: freeY - top, background });
  },
});
