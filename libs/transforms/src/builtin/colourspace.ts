import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = () =>
  z
    .strictObject({
      space: z
        .enum(['srgb', 'p3', 'keep'])
        .default('srgb')
        .describe(
          '`srgb` converts to sRGB by the colours that the upload describes (docs/colour.md); the file has no profile. `p3` writes Display P3 with its profile, 8 bits per channel: colours of a wide-gamut photo outside sRGB stay, and the steps work in the photo’s own colours. `keep` keeps the colours and embeds their profile; CMYK is converted anyway, because browsers do not display it, and HDR is tone-mapped to sRGB.',
        ),
    })
    .meta({
      description: 'Colour space of a variant’s steps and of its file.',
      examples: [{ space: 'keep' as const }],
    });

export const colourspace = defineTransform({
  name: 'colourspace',
  version: 2,
  kind: 'setting',
  options,
  scalar: 'space',
});

export type ColourSpace = z.output<ReturnType<typeof options>>['space'];

export function colourSpaceOf(given: unknown): ColourSpace {
  return given === undefined ? 'srgb' : colourspace.options.parse(given).space;
}
