import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const level = z.number().min(0).max(1_000_000);

const options = z
  .strictObject({
    sigma: z
      .number()
      .min(0.000001)
      .max(10)
      .optional()
      .describe(
        'Radius of the Gaussian, pixels. Left out: a fast, mild sharpening, and the other options do not count.',
      ),
    m1: level.default(1).describe('How much flat areas are sharpened.'),
    m2: level.default(2).describe('How much jagged areas are sharpened.'),
    x1: level.default(2).describe('Where flat ends and jagged begins.'),
    y2: level.default(10).describe('The most that a pixel is brightened.'),
    y3: level.default(20).describe('The most that a pixel is darkened.'),
  })
  .meta({
    description:
      'Sharpens the picture; after a strong reduction, a sigma of 0.5 to 1 brings back the bite.',
    examples: [{ sigma: 2 }],
  });

export const sharpen = defineTransform({
  name: 'sharpen',
  version: 1,
  options,
  scalar: 'sigma',
  slots: () => ['sharpen'],
  apply: (image, { sigma, ...levels }) =>
    sigma === undefined ? image.sharpen() : image.sharpen({ sigma, ...levels }),
});
