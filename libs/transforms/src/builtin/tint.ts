import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema } from './shared/colour.ts';

const options = () =>
  z
    .strictObject({
      colour: colourSchema.describe('Hue of the tint; the lightness of the picture stays.'),
    })
    .meta({
      description:
        'Tints the picture with one colour. Uses 8 bits per channel, also for 16-bit pictures.',
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
