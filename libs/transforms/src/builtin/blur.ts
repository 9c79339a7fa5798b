import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { refuse } from './shared/refuse.ts';

/** sharp’s defaults. */
const INTEGER = 'integer';
const MIN_AMPLITUDE = 0.2;

const options = () =>
  z
    .strictObject({
      sigma: z
        .number()
        .min(0.3)
        .max(1000)
        .optional()
        .describe(
          'Radius of the Gaussian, pixels. Default: a fast, mild 3×3 box blur without other options.',
        ),
      precision: z
        .enum(['integer', 'float', 'approximate'])
        .default(INTEGER)
        .describe('Precision of the computation.'),
      minAmplitude: z
        .number()
        .min(0.001)
        .max(1)
        .default(MIN_AMPLITUDE)
        .describe(
          'Amplitude at which the Gaussian is cut off. Smaller values are more exact and slower.',
        ),
    })
    .superRefine(({ sigma, precision, minAmplitude }, context) => {
      if (sigma !== undefined) return;
      const needsSigma = (name: string) => refuse(context, name, `${name} requires sigma`);
      if (precision !== INTEGER) needsSigma('precision');
      if (minAmplitude !== MIN_AMPLITUDE) needsSigma('minAmplitude');
    })
    .meta({ description: 'Blurs the picture.', examples: [{ sigma: 4 }] });

/**
 * CPU seconds for each megapixel and pixel of sigma, measured with sigmas from 50 to 300. libvips has fast code for masks
 * whose sum fits into its integers.
 */
const SECONDS = 0.0018;
const SECONDS_ABOVE = 0.04;
const LARGEST_FAST_SIGMA = 200;

export const blur = defineTransform({
  name: 'blur',
  version: 1,
  options,
  scalar: 'sigma',
  slots: () => ['blur'],
  cpuSeconds: ({ width, height }, { sigma = 0 }) =>
    ((sigma > LARGEST_FAST_SIGMA ? SECONDS_ABOVE : SECONDS) * sigma * width * height) / 1e6,
  apply: (image, { sigma, precision, minAmplitude }) =>
    sigma === undefined ? image.blur() : image.blur({ sigma, precision, minAmplitude }),
});
