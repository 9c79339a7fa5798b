import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z.strictObject({
  /** Gaussian sigma, pixels, 0.3 to 1,000. Left out: a fast, mild 3×3 box blur. */
  sigma: z.number().min(0.3).max(1000).optional(),
  precision: z.enum(['integer', 'float', 'approximate']).default('integer'),
  /** Where the Gaussian is cut off, 0.001 to 1, default 0.2; less is more exact and slower. */
  minAmplitude: z.number().min(0.001).max(1).default(0.2),
});

/** Blurs the picture. */
export const blur = defineTransform({
  name: 'blur',
  version: 1,
  options,
  scalar: 'sigma',
  slots: () => ['blur'],
  apply: (image, { sigma, precision, minAmplitude }) =>
    sigma === undefined ? image.blur() : image.blur({ sigma, precision, minAmplitude }),
});
