import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z
  .strictObject({
    sigma: z
      .number()
      .min(0.3)
      .max(1000)
      .optional()
      .describe('Radius of the Gaussian, pixels. Left out: a fast, mild 3×3 box blur.'),
    precision: z
      .enum(['integer', 'float', 'approximate'])
      .default('integer')
      .describe('How exactly it is computed.'),
    minAmplitude: z
      .number()
      .min(0.001)
      .max(1)
      .default(0.2)
      .describe('Where the Gaussian is cut off; less is more exact and slower.'),
  })
  .meta({ description: 'Blurs the picture.', examples: [{ sigma: 4 }] });

export const blur = defineTransform({
  name: 'blur',
  version: 1,
  options,
  scalar: 'sigma',
  slots: () => ['blur'],
  apply: (image, { sigma, precision, minAmplitude }) =>
    sigma === undefined ? image.blur() : image.blur({ sigma, precision, minAmplitude }),
});
