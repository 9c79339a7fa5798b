import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

export const flop = defineTransform({
  name: 'flop',
  version: 1,
  options: z
    .strictObject({})
    .meta({ description: 'Mirrors the picture horizontally.', examples: [{}] }),
  slots: () => ['flop'],
  apply: (image) => image.flop(),
});
