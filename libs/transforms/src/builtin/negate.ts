import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = () =>
  z
    .strictObject({
      alpha: z.boolean().default(true).describe('Also negates the alpha channel.'),
    })
    .meta({ description: 'Inverts the colours.', examples: [{ alpha: false }] });

export const negate = defineTransform({
  name: 'negate',
  version: 1,
  options,
  scalar: 'alpha',
  slots: () => ['negate'],
  apply: (image, options) => image.negate(options),
});
