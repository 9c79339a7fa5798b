import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

export const grayscale = defineTransform({
  name: 'grayscale',
  version: 1,
  options: z.strictObject({}).meta({
    description: 'Converts to grayscale. Uses 8 bits per channel, also for 16-bit pictures.',
    examples: [{}],
  }),
  slots: () => ['grayscale'],
  apply: (image) => image.grayscale(),
});
