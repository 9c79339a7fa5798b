import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z.strictObject({
  /** Factor, 0 and up, default 1. */
  brightness: z.number().min(0).default(1),
  /** Factor, 0 (grey) and up, default 1. */
  saturation: z.number().min(0).default(1),
  /** Turns all hues, degrees, default 0. */
  hue: z.number().int().min(-360).max(360).default(0),
  /** Added to the lightness, -100 to 100, default 0. */
  lightness: z.number().min(-100).max(100).default(0),
});

/** Changes brightness, saturation, hue and lightness, in that space (CIE LCh). */
export const modulate = defineTransform({
  name: 'modulate',
  version: 1,
  options,
  slots: () => ['modulate'],
  apply: (image, options) => image.modulate(options),
});
