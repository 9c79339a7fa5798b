import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema } from './shared/colour.ts';

const options = z
  .strictObject({
    background: colourSchema
      .optional()
      .describe('Colour of the border. Default: the colour of the top left pixel.'),
    threshold: z
      .number()
      .min(0)
      .max(255)
      .default(10)
      .describe('Maximum difference of a border pixel from the background, 0 to 255.'),
    lineArt: z
      .boolean()
      .default(false)
      .describe(
        'For drawings with few colours: also detects thin lines. Not suitable for photos with noise.',
      ),
    margin: z
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(0)
      .describe('Pixels of border to keep around the content.'),
  })
  .meta({
    description:
      'Removes borders of one colour or of full transparency. The size of the result depends on the pixels: the picture is decoded at full resolution, and animations are rejected. A picture that consists only of border, or is less than 3 pixels wide or high, stays unchanged.',
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
    // libvips filters 3×3 pixels and rejects smaller pictures.
    const isTooSmall = Math.min(width, height) < 3;
    return isTooSmall ? image : image.trim(options);
  },
});
