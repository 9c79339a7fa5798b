import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

export const grayscale = defineTransform({
  name: 'grayscale',
  version: 1,
  options: z.strictObject({}).meta({
    description: 'Takes the colours away. Of 16 bits per channel, 8 are used.',
    examples: [{}],
  }),
  slots: () => ['grayscale'],
  apply: (image) => image.grayscale(),
});
