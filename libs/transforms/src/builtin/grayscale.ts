import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

export const grayscale = defineTransform({
  name: 'grayscale',
  version: 1,
  options: z.strictObject({}).meta({ description: 'Takes the colours away.', examples: [{}] }),
  slots: () => ['grayscale'],
  apply: (image) => image.grayscale(),
});
