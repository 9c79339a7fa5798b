import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema } from './shared/colour.ts';

const options = z
  .strictObject({
    background: colourSchema
      .optional()
      .describe('What counts as border. Left out: the colour of the pixel at the top left.'),
    threshold: z
      .number()
      .min(0)
      .max(255)
      .default(10)
      .describe(
        'How far a pixel may be from the background, in steps of 255, and still be border.',
      ),
    lineArt: z
      .boolean()
      .default(false)
      .describe('For drawings with few colours: finds thin lines that a photo’s noise would hide.'),
    margin: z
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(0)
      .describe('Pixels of border that stay around what is found.'),
  })
  .meta({
    description:
      'Cuts off borders of one colour or of full transparency. The size of the result depends on the picture, so that it is decoded at full resolution; an animation is refused. A picture that is all border, or less than 3 pixels wide or high, stays as it is.',
    examples: [{ threshold: 40 }],
  });

export const trim = defineTransform({
  name: 'trim',
  version: 1,
  options,
  scalar: 'threshold',
  measured: true,
  slots: () => ['trim'],
  apply: (image, options, { input: { width, height } }) => {
    // libvips looks at 3×3 pixels at a time, and refuses a picture that has less, which has no border to speak of.
    const isTooSmall = Math.min(width, height) < 3;
    return isTooSmall ? image : image.trim(options);
  },
});
