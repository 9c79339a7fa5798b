import * as z from 'zod';
import type { Shape } from '../bound-transform.ts';
import { defineTransform } from '../define-transform.ts';
import { NotApplicableError } from '../image-error.ts';
import { type Length, lengthInPixels, lengthSchema, shareOf } from './shared/length.ts';
import {
  type Anchor,
  cutOffset,
  gravitySchema,
  pointSchema,
  startAround,
} from './shared/position.ts';
import { refuse } from './shared/refuse.ts';
import type { Size } from './shared/resize-geometry.ts';

const options = () =>
  z
    .strictObject({
      left: lengthSchema.optional().describe('Left edge of the region.'),
      top: lengthSchema.optional().describe('Upper edge of the region.'),
      width: lengthSchema
        .optional()
        .describe('Width of the region, above 0; requires `height`, excludes `aspectRatio`.'),
      height: lengthSchema.optional().describe('Height of the region, above 0.'),
      aspectRatio: z
        .string()
        .regex(/^\d+(\.\d+)?:\d+(\.\d+)?$/, {
          error: 'expected WIDTH:HEIGHT (16:9)',
          abort: true,
        })
        .refine((text) => text.split(':').every((part) => Number(part) > 0), {
          error: 'expected two numbers above 0',
        })
        .optional()
        .describe('Instead of a size: `16:9` keeps the largest region with that aspect ratio.'),
      gravity: gravitySchema
        .optional()
        .describe('With `aspectRatio`: the part to keep; default `centre`.'),
      focus: pointSchema
        .optional()
        .describe('With `aspectRatio`, instead of `gravity`: a point to keep in the centre.'),
      otherwise: z
        .enum(['reject', 'clamp'])
        .optional()
        .describe(
          'If the region is not inside the picture: `reject` (default) skips the variant as `NOT_APPLICABLE`, `clamp` moves the region into the picture and reduces it to the picture’s size.',
        ),
    })
    .superRefine((given, context) => {
      const { left, top, width, height, aspectRatio, gravity, focus, otherwise } = given;
      for (const [name, side] of Object.entries({ width, height })) {
        if (Number.parseFloat(`${side}`) === 0) refuse(context, name, 'expected more than 0');
      }
      if (aspectRatio === undefined) {
        if (width === undefined || height === undefined) {
          context.addIssue('needs width and height, or aspectRatio');
        }
        if (gravity !== undefined || focus !== undefined)
          context.addIssue('gravity and focus require aspectRatio');
      } else {
        if (otherwise !== undefined)
          context.addIssue(
            'otherwise requires width and height: a region with an aspect ratio always fits',
          );
        if ([left, top, width, height].some((edge) => edge !== undefined)) {
          context.addIssue(
            'aspectRatio can be combined with gravity or focus, not with left, top, width and height',
          );
        }
        if (gravity !== undefined && focus !== undefined)
          context.addIssue('needs gravity or focus, not both');
      }
    })
    .meta({
      description: 'Extracts a region of the picture (sharp’s `extract`).',
      examples: [
        { aspectRatio: '1:1', focus: { x: 0.7, y: 0.4 } },
        { left: '10%', top: '10%', width: '80%', height: '80%' } as const,
      ],
    });

function region(
  input: Shape,
  {
    left = 0,
    top = 0,
    width = '100%',
    height = '100%',
    ...given
  }: z.output<ReturnType<typeof options>>,
): Region {
  if (given.aspectRatio === undefined) {
    return regionAt(input, { left, top, width, height }, given.otherwise);
  }
  const [wide = 1, high = 1] = given.aspectRatio.split(':').map(Number);
  return regionOfRatio(input, wide / high, given.focus ?? given.gravity ?? 'centre');
}

export const crop = defineTransform({
  name: 'crop',
  version: 2,
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

/** Pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

const isShare = (length: Length): length is `${number}%` => typeof length === 'string';

/**
 * Start and length along one side, pixels. If both are percentages, the edges are rounded: `50%` plus `50%` ends at the
 * picture's edge, also for odd sizes.
 */
function along(side: number, start: Length, length: Length): readonly [number, number] {
  const rounded = lengthInPixels(start, side);
  if (!isShare(start) || !isShare(length) || start === '100%') {
    return [rounded, Math.max(1, lengthInPixels(length, side))];
  }
  const from = Math.min(rounded, side - 1);
  const until = Math.round((shareOf(start) + shareOf(length)) * side);
  return [from, Math.max(1, until - from)];
}

/** Region from its edges. @throws NotApplicableError if it is not inside the picture, unless it is to be clamped */
export function regionAt(
  input: Size,
  at: { left: Length; top: Length; width: Length; height: Length },
  otherwise?: 'reject' | 'clamp',
): Region {
  const [left, width] = along(input.width, at.left, at.width);
  const [top, height] = along(input.height, at.top, at.height);
  if (left + width <= input.width && top + height <= input.height) {
    return { left, top, width, height };
  }
  if (otherwise === 'clamp') {
    const inside = { width: Math.min(width, input.width), height: Math.min(height, input.height) };
    return {
      left: Math.min(left, input.width - inside.width),
      top: Math.min(top, input.height - inside.height),
      ...inside,
    };
  }
  throw new NotApplicableError(
    `the region of ${width}×${height} pixels at ${left},${top} does not lie inside the picture of ` +
      `${input.width}×${input.height}`,
  );
}

/** Largest region of an aspect ratio, at an anchor or as close to a centre point as the edges allow. */
export function regionOfRatio(
  input: Size,
  ratio: number,
  where: Anchor | { readonly x: number; readonly y: number },
): Region {
  const width = Math.max(1, Math.min(input.width, Math.round(input.height * ratio)));
  const height = Math.max(1, Math.min(input.height, Math.round(input.width / ratio)));
  const [freeX, freeY] = [input.width - width, input.height - height];
  if (typeof where === 'string') return { ...cutOffset(freeX, freeY, where), width, height };
  return {
    left: startAround(where.x, input.width, width),
    top: startAround(where.y, input.height, height),
    width,
    height,
  };
}
