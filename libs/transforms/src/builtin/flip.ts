import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

export const flip = defineTransform({
  name: 'flip',
  version: 1,
  options: z
    .strictObject({})
    .meta({ description: 'Mirrors the picture vertically.', examples: [{}] }),
  slots: () => ['flip'],
  apply: (image) => image.flip(),
});
