import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z.strictObject({
  /** Side of the square window, pixels, 1 to 1,000, default 3. */
  size: z.number().int().min(1).max(1000).default(3),
});

/** Replaces each pixel by the median of its neighbours: takes away specks and keeps edges. */
export const median = defineTransform({
  name: 'median',
  version: 1,
  options,
  scalar: 'size',
  slots: () => ['median'],
  apply: (image, { size }) => image.median(size),
});
