import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { PERCENTILES } from '../display/display.ts';
import { ofChannel, perChannel } from './shared/per-channel.ts';

const point = perChannel(z.number());
const percent = z.number().min(0).max(100);

const options = z
  .strictObject({
    type: z
      .enum(['linear', 'sqrt', 'log', 'asinh', 'zscale', 'percentile'])
      .default('linear')
      .describe(
        '`linear`, `sqrt`, `log` and `asinh` are curves from the least to the largest value, with the parameters of astropy’s `LogStretch` (1,000) and `AsinhStretch` (0.1). `zscale` and `percentile` are linear, between limits that leave outliers out: those of astropy’s `ZScaleInterval`, or two percentiles.',
      ),
    black: point
      .optional()
      .describe('The value that becomes black, or one for each of red, green and blue.'),
    white: point
      .optional()
      .describe('The value that becomes white, or one for each of red, green and blue.'),
    perChannel: z
      .boolean()
      .default(false)
      .describe('Finds black and white for each colour on its own, instead of one pair for all.'),
    low: percent
      .default(PERCENTILES.low)
      .describe('Of `percentile`: becomes black. Of a million values at most.'),
    high: percent.default(PERCENTILES.high).describe('Of `percentile`: becomes white.'),
  })
  .refine(({ low, high }) => low < high, { error: 'low must be less than high', path: ['low'] })
  .refine(
    ({ black, white }) =>
      black === undefined ||
      white === undefined ||
      [0, 1, 2].every((channel) => ofChannel(black, channel) < ofChannel(white, channel)),
    { error: 'black must be less than white', path: ['black'] },
  )
  .meta({
    description:
      'Shows the values of the file between a black and a white point, at the full depth of the file. For sky images, microscopy and other pictures of few contrasts. Values of a picture of 8 or 16 bits are 0–255 or 0–65,535; pixels without a value are black; of an animation, the first frame is shown.',
    examples: [{ type: 'asinh' as const }, { type: 'linear' as const, black: 100, white: 4000 }],
  });

/** The decoder of the upload applies it. */
export const stretch = defineTransform({
  name: 'stretch',
  version: 1,
  kind: 'setting',
  options,
  scalar: 'type',
});

export type StretchOptions = z.output<typeof options>;
