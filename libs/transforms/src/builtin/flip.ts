import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

/** Mirrors the picture up and down. */
export const flip = defineTransform({
  name: 'flip',
  version: 1,
  options: z.strictObject({}),
  slots: () => ['flip'],
  apply: (image) => image.flip(),
});
