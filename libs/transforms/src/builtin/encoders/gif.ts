import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  coloursSchema,
  ditherSchema,
  type Playback,
  playbackOptions,
  playedAs,
} from './shared-options.ts';

export const gifSchema = z
  .strictObject({
    format: z.literal('gif'),
    colours: coloursSchema.describe('Maximum number of colours.'),
    effort: z
      .number()
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe(
        'CPU effort. Compared with 7: 1 takes a quarter of the CPU for 13 % more bytes, 10 takes 1.4 times the CPU for almost no gain. Default: 1 with `effort: fast`, otherwise 7.',
      ),
    dither: ditherSchema.describe('Strength of the error diffusion.'),
    interFrameMaxError: z
      .number()
      .min(0)
      .max(32)
      .default(0)
      .describe('Maximum difference between frames that is ignored.'),
    interPaletteMaxError: z
      .number()
      .min(0)
      .max(256)
      .default(3)
      .describe('Maximum difference of two palettes that are merged.'),
    keepDuplicateFrames: z
      .boolean()
      .default(false)
      .describe('Keeps equal frames separate instead of one frame with a longer duration.'),
    progressive: z
      .boolean()
      .default(false)
      .describe('Interlaced: viewers show a coarse version first.'),
    ...playbackOptions,
  })
  .meta({ description: 'For animations. Supported everywhere; large files.' });

type GifOptions = z.output<typeof gifSchema>;

export const GIF_PRESETS: Readonly<Record<Effort, Partial<GifOptions>>> = {
  fast: { effort: 1 },
  balanced: { effort: 7 },
  small: { effort: 7 },
};

export function setGif(image: Sharp, given: GifOptions, playback: Playback): Sharp {
  const { format: _, loop, delay, ...settings } = given;
  return image.gif({ ...settings, ...playedAs({ loop, delay }, playback) });
}
