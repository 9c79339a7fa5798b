import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema, isTranslucent } from './shared/colour.ts';

const edge = z.number().int().min(0).max(65_535).default(0);

const options = () =>
  z
    .strictObject({
      top: edge.describe('Pixels added above.'),
      bottom: edge.describe('Pixels added below.'),
      left: edge.describe('Pixels added on the left.'),
      right: edge.describe('Pixels added on the right.'),
      extendWith: z
        .enum(['background', 'copy', 'repeat', 'mirror'])
        .default('background')
        .describe(
          '`background` fills with a colour, `copy` with the nearest pixel; `repeat` tiles the picture, `mirror` mirrors it.',
        ),
      background: colourSchema.default('#000000').describe('Fill colour of `background`.'),
    })
    .meta({
      description: 'Adds pixels at the edges.',
      examples: [{ top: 16, bottom: 16, left: 40, right: 40, extendWith: 'mirror' as const }],
    });

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
