import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema } from './shared/colour.ts';

const options = z
  .strictObject({
    colour: colourSchema.describe('Gives the hue; the picture’s lightness stays.'),
  })
  .meta({
    description: 'Dyes the picture in one colour. Of 16 bits per channel, 8 are used.',
    examples: [{ colour: '#c87137' }],
  });

export const tint = defineTransform({
  name: 'tint',
  version: 1,
  options,
  scalar: 'colour',
  slots: () => ['tint'],
  apply: (image, { colour }) => image.tint(colour),
});
