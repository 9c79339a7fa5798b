import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = () =>
  z
    .strictObject({
      size: z
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(3)
        .describe('Side of the square around each pixel, pixels.'),
    })
    .meta({
      description:
        'Replaces each pixel by the median of its neighbours: removes specks and keeps edges.',
      examples: [{ size: 7 }],
    });

/** CPU seconds for each megapixel and pixel of the window, measured with windows of 51 and 101 pixels. */
const SECONDS = 0.006;

export const median = defineTransform({
  name: 'median',
  version: 1,
  options,
  scalar: 'size',
  slots: () => ['median'],
  cpuSeconds: ({ width, height }, { size }) => (SECONDS * size * width * height) / 1e6,
  // libvips rejects a window that is larger than the picture.
  apply: (image, { size }, { input }) => image.median(Math.min(size, input.width, input.height)),
});
