import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

/** Takes the colours away. */
export const grayscale = defineTransform({
  name: 'grayscale',
  version: 1,
  options: z.strictObject({}),
  slots: () => ['grayscale'],
  apply: (image) => image.grayscale(),
});
