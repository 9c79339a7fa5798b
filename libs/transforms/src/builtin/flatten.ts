import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { colourSchema } from './background.ts';

const options = z.strictObject({
  /** What lies behind the picture. Default black, as sharp's. */
  background: colourSchema.default('#000000'),
});

/** Puts a background behind transparent parts, after which nothing is transparent. */
export const flatten = defineTransform({
  name: 'flatten',
  version: 1,
  options,
  scalar: 'background',
  after: (input) => ({ ...input, hasAlpha: false }),
  slots: () => ['flatten'],
  apply: (image, options) => image.flatten(options),
});
