import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { fullSample } from './shared/samples.ts';

/** One value, or one each for red, green and blue. */
function perChannel(value: z.ZodNumber) {
  return z.union([value, z.tuple([value, value, value])], {
    error: 'expected a number, or three of them: red, green, blue',
  });
}

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
  .refine(({ black, white }) => [0, 1, 2].every((band) => of(black, band) < of(white, band)), {
    error: 'black must be less than white',
  })
  .meta({
    description:
      'Sets the black point, the white point and the mid-tones, of all channels or of each. Numbers are on the scale from 0 to 255 also for 16-bit pictures, which keep their 16 bits (`colourspace: keep`, PNG or TIFF). Transparency stays.',
    examples: [
      { black: 40, white: 200, gamma: 1.3 },
      { black: [10, 0, 0] as [number, number, number], outputWhite: 240 },
    ],
  });

type Options = z.output<typeof options>;

function of(value: number | readonly number[], band: number): number {
  return typeof value === 'number' ? value : (value[band] ?? 0);
}

/** The new value of each sample of a channel. */
function tableOf(given: Options, band: number, full: 255 | 65_535): Uint16Array {
  const [black, white, low, high] = [
    given.black,
    given.white,
    given.outputBlack,
    given.outputWhite,
  ].map((value) => (of(value, band) / 255) * full) as [number, number, number, number];
  const exponent = 1 / of(given.gamma, band);
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
