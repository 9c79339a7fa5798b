import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const exponent = z.number().min(1).max(3);

const options = z.strictObject({
  /** Darkens: each channel to the power of this, 1 to 3, default 2.2. */
  gamma: exponent.default(2.2),
  /** Brightens again afterwards, 1 to 3, default 1: not at all. */
  gammaOut: exponent.default(1),
});

/**
 * Gamma correction. sharp does `gamma` before a resize of the same pipeline and `gammaOut`, by default the same, after
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
