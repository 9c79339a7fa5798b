import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  maxBytesSchema,
  type Playback,
  playbackOptions,
  playedAs,
  qualitySchema,
  refuseSearch,
} from './shared-options.ts';

export const webpSchema = z
  .strictObject({
    format: z.literal('webp'),
    quality: qualitySchema.default(80).describe('How good the file looks.'),
    maxBytes: maxBytesSchema,
    alphaQuality: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(100)
      .describe('Quality of the transparency; 100 keeps it as it is.'),
    lossless: z.boolean().default(false).describe('Every pixel is kept; `quality` is then effort.'),
    nearLossless: z
      .boolean()
      .default(false)
      .describe(
        'As `lossless`, but that pixels may change a little for fewer bytes: the more, the lower `quality` is.',
      ),
    smartSubsample: z
      .boolean()
      .default(false)
      .describe('Colour subsampling of a higher quality: sharper red edges, more CPU.'),
    smartDeblock: z
      .boolean()
      .default(false)
      .describe('Adjusts the deblocking filter: better edges of low contrast, much more CPU.'),
    preset: z
      .enum(['default', 'photo', 'picture', 'drawing', 'icon', 'text'])
      .default('default')
      .describe('What the picture is like, for the encoder’s inner settings.'),
    exact: z
      .boolean()
      .default(false)
      .describe('Keeps colours under full transparency, which nobody sees.'),
    effort: z
      .number()
      .int()
      .min(0)
      .max(6)
      .optional()
      .describe(
        'CPU, 0 to 6; 2 takes 0.44 times the CPU of 4 for 4 % more bytes, 6 takes 2.15 times as much for 6 % fewer. Left out: 2 with `effort: fast`, 4 with `balanced`, 6 with `small`.',
      ),
    minSize: z
      .boolean()
      .default(false)
      .describe('Of an animation: no key frames, for fewer bytes; slow.'),
    mixed: z
      .boolean()
      .default(false)
      .describe('Of an animation: frames may be lossy or lossless, whichever is smaller; slow.'),
    ...playbackOptions,
  })
  .superRefine(refuseSearch)
  .meta({ description: 'Photos and drawings, with transparency and animation.' });

export type WebpOptions = z.output<typeof webpSchema>;

export const WEBP_PRESETS: Readonly<Record<Effort, Partial<WebpOptions>>> = {
  fast: { effort: 2 },
  balanced: { effort: 4 },
  small: { effort: 6 },
};

export function setWebp(
  image: Sharp,
  given: WebpOptions,
  quality: number,
  playback: Playback,
): Sharp {
  const { format: _, maxBytes: __, loop, delay, ...settings } = given;
  return image.webp({ ...settings, quality, ...playedAs({ loop, delay }, playback) });
}
