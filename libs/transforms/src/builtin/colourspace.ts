import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z.strictObject({
  /**
   * `srgb` (default): colours are converted by the embedded profile, and the file needs none. `keep`: colours stay as
   * they are and their profile stays embedded; CMYK, which browsers do not show, is converted all the same.
   */
  space: z.enum(['srgb', 'keep']).default('srgb'),
});

/** The colours that a variant's steps work in and that its file is written in. */
export const colourspace = defineTransform({
  name: 'colourspace',
  version: 1,
  kind: 'setting',
  options,
  scalar: 'space',
});

export type ColourSpace = z.output<typeof options>['space'];

export function colourSpaceOf(given: unknown): ColourSpace {
  return given === undefined ? 'srgb' : options.parse(given).space;
}
