import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const level = z.number().min(0).max(1_000_000);

const options = z.strictObject({
  /** Gaussian sigma, pixels, 0.000001 to 10. Left out: a fast, mild sharpening, and the other options do not count. */
  sigma: z.number().min(0.000001).max(10).optional(),
  /** Sharpening of flat areas, default 1. */
  m1: level.default(1),
  /** Sharpening of jagged areas, default 2. */
  m2: level.default(2),
  /** Threshold between flat and jagged, default 2. */
  x1: level.default(2),
  /** Most brightening, default 10. */
  y2: level.default(10),
  /** Most darkening, default 20. */
  y3: level.default(20),
});

/** Sharpens the picture; after a strong reduction a sigma of 0.5 to 1 brings back the bite. */
export const sharpen = defineTransform({
  name: 'sharpen',
  version: 1,
  options,
  scalar: 'sigma',
  slots: () => ['sharpen'],
  apply: (image, { sigma, ...levels }) =>
    sigma === undefined ? image.sharpen() : image.sharpen({ sigma, ...levels }),
});
