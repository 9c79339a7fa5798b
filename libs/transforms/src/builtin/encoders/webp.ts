import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  maxBytesSchema,
  otherwiseSchema,
  type Playback,
  playbackOptions,
  playedAs,
  qualitySchema,
  refuseOtherwise,
  refuseSearch,
} from './shared-options.ts';

export const webpSchema = z
  .strictObject({
    format: z.literal('webp'),
    quality: qualitySchema.default(80).describe('Quality of the file.'),
    maxBytes: maxBytesSchema,
    otherwise: otherwiseSchema,
    alphaQuality: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(100)
      .describe('Quality of the alpha channel; 100 is lossless.'),
    lossless: z
      .boolean()
      .default(false)
      .describe('Lossless compression; `quality` then controls the effort.'),
    nearLossless: z
      .boolean()
      .default(false)
      .describe(
        'Like `lossless`, but pixels may change slightly for fewer bytes. A lower `quality` allows larger changes.',
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
      .describe('Type of the picture, for the encoder’s internal settings.'),
    exact: z
      .boolean()
      .default(false)
      .describe('Keeps the colours of fully transparent pixels, which are not visible.'),
    effort: z
      .number()
      .int()
      .min(0)
      .max(6)
      .optional()
      .describe(
        'CPU effort, 0 to 6. Compared with 4: 2 takes 0.46 times the CPU for 5 % more bytes, 6 takes 2.5 times the CPU for 5 % fewer bytes. Default: 2 with `effort: fast`, 4 with `balanced`, 6 with `small`.',
      ),
    minSize: z
      .boolean()
      .default(false)
      .describe('For animations: no key frames, for fewer bytes; slow.'),
    mixed: z
      .boolean()
      .default(false)
      .describe('For animations: each frame is lossy or lossless, whichever is smaller; slow.'),
    ...playbackOptions,
  })
  .superRefine(refuseSearch)
  .superRefine(refuseOtherwise)
  .meta({ description: 'For photos and drawings. Supports transparency and animation.' });

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
  const { format: _, maxBytes: __, otherwise: ___, loop, delay, ...settings } = given;
  return image.webp({ ...settings, quality, ...playedAs({ loop, delay }, playback) });
}
