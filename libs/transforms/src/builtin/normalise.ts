import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z
  .strictObject({
    /** Percentile of the lightness that becomes black, 0 to 99, default 1. */
    lower: z.number().int().min(0).max(99).default(1),
    /** Percentile that becomes white, 1 to 100, default 99. */
    upper: z.number().int().min(1).max(100).default(99),
  })
  .refine(({ lower, upper }) => lower < upper, { error: 'lower has to be less than upper' });

/** Stretches the lightness over the whole range. */
export const normalise = defineTransform({
  name: 'normalise',
  version: 1,
  options,
  slots: () => ['normalise'],
  apply: (image, options) => image.normalise(options),
});
