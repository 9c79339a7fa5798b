import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z.strictObject({
  /** Negates the alpha channel too. Default true, as sharp's. */
  alpha: z.boolean().default(true),
});

/** Makes a negative. */
export const negate = defineTransform({
  name: 'negate',
  version: 1,
  options,
  scalar: 'alpha',
  slots: () => ['negate'],
  apply: (image, options) => image.negate(options),
});
