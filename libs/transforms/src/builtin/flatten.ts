import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema } from './shared/colour.ts';

const options = () =>
  z
    .strictObject({
      background: colourSchema.default('#000000').describe('Background colour.'),
    })
    .meta({
      description:
        'Replaces transparency by a background colour. JPEG has no transparency: without this step its background is white.',
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
