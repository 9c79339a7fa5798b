import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z
  .strictObject({
    space: z
      .enum(['srgb', 'p3', 'keep'])
      .default('srgb')
      .describe(
        '`srgb` converts the colours by the embedded profile, and the file needs none. `p3` writes Display P3, its profile embedded, 8 bits per channel: what a wide-gamut photo shows beyond sRGB stays, and the steps work in the photo’s own colours. `keep` leaves them as they are, their profile embedded; CMYK, which browsers do not show, is converted all the same.',
      ),
  })
  .meta({
    description: 'The colours that a variant’s steps work in and that its file is written in.',
    examples: [{ space: 'keep' as const }],
  });

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
