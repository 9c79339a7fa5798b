import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = () =>
  z
    .strictObject({
      brightness: z.number().min(0).default(1).describe('Factor.'),
      saturation: z.number().min(0).default(1).describe('Factor; 0 is grey.'),
      hue: z.number().int().min(-360).max(360).default(0).describe('Rotates all hues, degrees.'),
      lightness: z
        .number()
        .min(-100)
        .max(100)
        .default(0)
        .describe('Added to the lightness, where black is 0 and white is 100.'),
    })
    .meta({
      description: 'Changes brightness, saturation, hue and lightness in CIE LCh.',
      examples: [{ saturation: 1.6, hue: 60 }],
    });

export const modulate = defineTransform({
  name: 'modulate',
  version: 1,
  options,
  slots: () => ['modulate'],
  apply: (image, options) => image.modulate(options),
});
