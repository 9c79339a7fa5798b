import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const exponent = z.number().min(1).max(3);

const options = z
  .strictObject({
    gamma: exponent.default(2.2).describe('Darkens: each channel to the power of this.'),
    gammaOut: exponent.default(1).describe('Brightens again afterwards by as much.'),
  })
  .meta({
    description: 'Gamma correction: darkens the middle tones, and leaves black and white.',
    examples: [{ gamma: 1.8 }],
  });

/**
 * sharp does `gamma` before a resize of the same pipeline and `gammaOut`, by default the same, after
 * it; as a step of its own that would come to nothing, so that the default of `gammaOut` is 1 here.
 */
export const gamma = defineTransform({
  name: 'gamma',
  version: 1,
  options,
  scalar: 'gamma',
  slots: () => ['gammaIn', 'gammaOut'],
  apply: (image, { gamma, gammaOut }) => image.gamma(gamma, gammaOut),
});
