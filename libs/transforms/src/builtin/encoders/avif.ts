import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  chromaSubsamplingSchema,
  maxBytesSchema,
  qualitySchema,
  refuseSearch,
} from './shared-options.ts';

/** Below this longer side, pixels, AVIF's default quality is 65 instead of 60: small pictures show their faults. */
const SMALL_SIDE = 500;

export const avifSchema = z
  .strictObject({
    format: z.literal('avif'),
    quality: qualitySchema
      .optional()
      .describe(
        'How good the file looks; 60 where left out, and 65 for a picture whose longer side is below 500 pixels.',
      ),
    maxBytes: maxBytesSchema,
    lossless: z.boolean().default(false).describe('Every pixel is kept.'),
    effort: z
      .number()
      .int()
      .min(0)
      .max(9)
      .optional()
      .describe(
        'CPU: 0 is fast, 9 is small. 0 takes 0.4 to 0.6 times the CPU of 1 for 8 % more bytes, 3 takes 3 times as much for 6 % fewer, sharp’s own default of 4 takes 25 times as much. Left out: 0 with `effort: fast`, 1 with `balanced`, 3 with `small`.',
      ),
    chromaSubsampling: chromaSubsamplingSchema,
    bitdepth: z
      .union([z.literal(8), z.literal(10), z.literal(12)], { error: 'expected 8, 10 or 12' })
      .default(8)
      .describe(
        'Bits per channel: 10 and 12 band less in smooth gradients; not every viewer shows 12.',
      ),
    tune: z
      .enum(['auto', 'iq', 'psnr', 'ssim'])
      .default('auto')
      .describe('The measure that the encoder works for.'),
  })
  .superRefine(refuseSearch)
  .meta({ description: 'Photos, smallest; with transparency.' });

type AvifOptions = z.output<typeof avifSchema>;

export const AVIF_PRESETS: Readonly<Record<Effort, Partial<AvifOptions>>> = {
  fast: { effort: 0 },
  balanced: { effort: 1 },
  small: { effort: 3 },
};

export function defaultAvifQuality(longerSide: number): number {
  return longerSide < SMALL_SIDE ? 65 : 60;
}

export function setAvif(image: Sharp, given: AvifOptions, quality: number): Sharp {
  const { format: _, maxBytes: __, ...settings } = given;
  return image.avif({ ...settings, quality });
}
