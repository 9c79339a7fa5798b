import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { ofChannel, perChannel } from './shared/per-channel.ts';
import { fullSample } from './shared/samples.ts';

const level = z.number().min(0).max(255);

const options = z
  .strictObject({
    black: perChannel(level)
      .default(0)
      .describe('Value that becomes `outputBlack`, 0 to 255, with decimals. Darker ones do too.'),
    white: perChannel(level)
      .default(255)
      .describe('Value that becomes `outputWhite`; above `black`. Lighter ones do too.'),
    gamma: perChannel(z.number().min(0.1).max(10))
      .default(1)
      .describe('Mid-tones: more than 1 brightens them, less than 1 darkens them.'),
    outputBlack: perChannel(level).default(0).describe('Darkest value of the result.'),
    outputWhite: perChannel(level)
      .default(255)
      .describe(
        'Lightest value of the result. Below `outputBlack`, the picture becomes a negative.',
      ),
  })
  .refine(
    ({ black, white }) =>
      [0, 1, 2].every((band) => ofChannel(black, band) < ofChannel(white, band)),
    {
      error: 'black must be less than white',
    },
  )
  .meta({
    description:
      'Sets the black point, the white point and the mid-tones, of all channels or of each. Numbers are on the scale from 0 to 255 also for 16-bit pictures, which keep their 16 bits (`colourspace: keep`, PNG or TIFF). Transparency stays.',
    examples: [
      { black: 40, white: 200, gamma: 1.3 },
      { black: [10, 0, 0] as [number, number, number], outputWhite: 240 },
    ],
  });

type Options = z.output<typeof options>;

/** The new value of each sample of a channel. */
function tableOf(given: Options, band: number, full: 255 | 65_535): Uint16Array {
  const [black, white, low, high] = [
    given.black,
    given.white,
    given.outputBlack,
    given.outputWhite,
  ].map((value) => (ofChannel(value, band) / 255) * full) as [number, number, number, number];
  const exponent = 1 / ofChannel(given.gamma, band);
  return Uint16Array.from({ length: full + 1 }, (_, value) => {
    const share = Math.max(0, Math.min(1, (value - black) / (white - black)));
    return Math.round(low + (high - low) * share ** exponent);
  });
}

export const levels = defineTransform({
  name: 'levels',
  version: 1,
  kind: 'samples',
  options,
  apply(pixels, given) {
    const { data, channels } = pixels;
    for (let band = 0; band < 3; band += 1) {
      const table = tableOf(given, band, fullSample(data));
      for (let at = band; at < data.length; at += channels) data[at] = table[data[at] ?? 0] ?? 0;
    }
    return pixels;
  },
});
