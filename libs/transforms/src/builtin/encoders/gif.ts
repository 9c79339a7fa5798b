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
    colours: coloursSchema.describe('The most colours.'),
    effort: z
      .number()
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe(
        'CPU; 1 takes a quarter of 7 for 13 % more bytes, 10 takes 1.4 times as much for nearly none. Left out: 1 with `effort: fast`, else 7.',
      ),
    dither: ditherSchema.describe('Strength of the error diffusion.'),
    interFrameMaxError: z
      .number()
      .min(0)
      .max(32)
      .default(0)
      .describe('Differences between frames that count as none.'),
    interPaletteMaxError: z
      .number()
      .min(0)
      .max(256)
      .default(3)
      .describe('How far the palettes of frames may differ and still be one.'),
    keepDuplicateFrames: z
      .boolean()
      .default(false)
      .describe('Frames that are equal stay apart, instead of one that is shown longer.'),
    progressive: z.boolean().default(false).describe('Interlaced: shown coarse first.'),
    ...playbackOptions,
  })
  .meta({ description: 'Animations, everywhere; large.' });

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
