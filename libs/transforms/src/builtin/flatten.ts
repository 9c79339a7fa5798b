import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema } from './shared/colour.ts';

const options = z
  .strictObject({
    background: colourSchema.default('#000000').describe('What lies behind the picture.'),
  })
  .meta({
    description:
      'Puts a colour behind transparent parts, after which nothing is transparent. A JPEG, which has no transparency, gets white unless a step says otherwise.',
    examples: [{ background: '#336699' }],
  });

export const flatten = defineTransform({
  name: 'flatten',
  version: 1,
  options,
  scalar: 'background',
  after: (input) => ({ ...input, hasAlpha: false }),
  slots: () => ['flatten'],
  apply: (image, options) => image.flatten(options),
});
