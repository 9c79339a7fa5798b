import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const exponent = z.number().min(1).max(3);

const options = () =>
  z
    .strictObject({
      gamma: exponent.default(2.2).describe('Darkens: exponent that is applied to each channel.'),
      gammaOut: exponent.default(1).describe('Brightens afterwards: the inverse exponent.'),
    })
    .meta({
      description: 'Gamma correction: darkens mid-tones, keeps black and white.',
      examples: [{ gamma: 1.8 }],
    });

/**
 * sharp applies `gamma` before a resize of the same pipeline and `gammaOut`, by default the same value, after it. In a step
 * without a resize the two would cancel each other; the default of `gammaOut` is therefore 1 here.
 */
export const gamma = defineTransform({
  name: 'gamma',
  version: 1,
  options,
  scalar: 'gamma',
  slots: () => ['gammaIn', 'gammaOut'],
  apply: (image, { gamma, gammaOut }) => image.gamma(gamma, gammaOut),
});
