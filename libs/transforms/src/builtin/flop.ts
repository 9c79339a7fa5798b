import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

/** Mirrors the picture left and right. */
export const flop = defineTransform({
  name: 'flop',
  version: 1,
  options: z.strictObject({}),
  slots: () => ['flop'],
  apply: (image) => image.flop(),
});
