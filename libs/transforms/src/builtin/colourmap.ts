import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { COLOUR_MAPS, type ColourMap, MAP_STEPS } from './shared/colour-maps.ts';
import { fullSample, lumaOf } from './shared/samples.ts';

const options = () =>
  z
    .strictObject({
      map: z
        .enum(COLOUR_MAPS)
        .describe(
          '`grey`: black to white. `viridis`: dark blue over green to yellow, and `magma`: black over purple to light yellow; equal steps look equal, also in grey and for most colour-blind people. `heat`: black over red and yellow to white (`hot` of matplotlib).',
        ),
      reverse: z.boolean().default(false).describe('Begins with the colour of the lightest pixel.'),
    })
    .meta({
      description:
        'Shows lightness as colours, for pictures of measured values. Replaces each pixel’s luma (Rec. 709) by a colour of the map, with the tables of matplotlib. 16-bit pictures keep their 16 bits (`colourspace: keep`, PNG or TIFF): colours between two steps of the table are interpolated. Transparency stays.',
      examples: [{ map: 'viridis' as const }, { map: 'heat' as const, reverse: true }],
    });

/** The colour of each luma from 0 to `full`: red, green and blue in turn. */
function coloursOf(map: ColourMap, reverse: boolean, full: 255 | 65_535): Uint16Array {
  const steps = MAP_STEPS[map]();
  const last = steps.length / 3 - 1;
  const colours = new Uint16Array(3 * (full + 1));
  for (let luma = 0; luma <= full; luma += 1) {
    const share = reverse ? 1 - luma / full : luma / full;
    const below = Math.floor(share * last);
    const part = share * last - below;
    for (const band of [0, 1, 2]) {
      const from = steps[3 * below + band] ?? 0;
      const to = steps[3 * below + 3 + band] ?? 0;
      colours[3 * luma + band] = Math.round(full * (from + (to - from) * part));
    }
  }
  return colours;
}

export const colourmap = defineTransform({
  name: 'colourmap',
  version: 1,
  kind: 'samples',
  options,
  scalar: 'map',
  apply(pixels, { map, reverse }) {
    const { data, channels } = pixels;
    const colours = coloursOf(map, reverse, fullSample(data));
    const luma = lumaOf(pixels);
    luma.forEach((value, pixel) => {
      const at = pixel * channels;
      const from = 3 * value;
      data[at] = colours[from] ?? 0;
      data[at + 1] = colours[from + 1] ?? 0;
      data[at + 2] = colours[from + 2] ?? 0;
    });
    return pixels;
  },
});
