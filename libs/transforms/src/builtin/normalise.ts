import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = () =>
  z
    .strictObject({
      lower: z
        .number()
        .int()
        .min(0)
        .max(99)
        .default(1)
        .describe('Percentile of the lightness that becomes black.'),
      upper: z
        .number()
        .int()
        .min(1)
        .max(100)
        .default(99)
        .describe('Percentile of the lightness that becomes white; above `lower`.'),
    })
    .refine(({ lower, upper }) => lower < upper, { error: 'lower must be less than upper' })
    .meta({
      description: 'Stretches the lightness to the full range.',
      examples: [{ lower: 5, upper: 90 }],
    });

export const normalise = defineTransform({
  name: 'normalise',
  version: 1,
  options,
  slots: () => ['normalise'],
  apply: (image, options) => image.normalise(options),
});
