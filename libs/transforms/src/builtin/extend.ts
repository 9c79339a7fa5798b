import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema, isTranslucent } from './background.ts';

const edge = z.number().int().min(0).max(65_535).default(0);

const options = z.strictObject({
  /** Pixels added at each edge, 0 (default) to 65,535. */
  top: edge,
  bottom: edge,
  left: edge,
  right: edge,
  /** `background` (default) fills with a colour, `copy` with the nearest pixel, `repeat` tiles, `mirror` mirrors. */
  extendWith: z.enum(['background', 'copy', 'repeat', 'mirror']).default('background'),
  /** Default black, as sharp's. */
  background: colourSchema.default('#000000'),
});

/** Adds pixels at the edges. */
export const extend = defineTransform({
  name: 'extend',
  version: 1,
  options,
  after: (input, { top, bottom, left, right, extendWith, background }) => ({
    ...input,
    width: input.width + left + right,
    height: input.height + top + bottom,
    hasAlpha: input.hasAlpha || (extendWith === 'background' && isTranslucent(background)),
  }),
  slots: () => ['extend'],
  apply: (image, options) => image.extend(options),
});
