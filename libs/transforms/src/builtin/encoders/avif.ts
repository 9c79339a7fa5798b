import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  chromaSubsamplingSchema,
  maxBytesSchema,
  otherwiseSchema,
  qualitySchema,
  refuseOtherwise,
  refuseSearch,
} from './shared-options.ts';

/** Below this longer side, pixels, AVIF's default quality is 65 instead of 60: artefacts are more visible in small pictures. */
const SMALL_SIDE = 500;

export const avifSchema = z
  .strictObject({
    format: z.literal('avif'),
    quality: qualitySchema
      .optional()
      .describe('Quality of the file. Default: 60, or 65 if the longer side is below 500 pixels.'),
    maxBytes: maxBytesSchema,
    otherwise: otherwiseSchema,
    lossless: z.boolean().default(false).describe('Lossless compression.'),
    effort: z
      .number()
      .int()
      .min(0)
      .max(9)
      .optional()
      .describe(
        'CPU effort: 0 is fast, 9 is small. Compared with 1, at equal quality: 0 takes 0.3 times the CPU for 7 % more bytes, 3 takes 3 times the CPU for 4 % fewer bytes, 4 (sharp’s default) takes 12 times the CPU for 7 % fewer bytes. Default: 0 with `effort: fast`, 1 with `balanced`, 3 with `small`.',
      ),
    chromaSubsampling: chromaSubsamplingSchema,
    bitdepth: z
      .union([z.literal(8), z.literal(10), z.literal(12)], { error: 'expected 8, 10 or 12' })
      .default(8)
      .describe(
        'Bits per channel. 10 and 12 reduce banding in smooth gradients; not every viewer supports 12.',
      ),
    tune: z
      .enum(['auto', 'iq', 'psnr', 'ssim'])
      .default('auto')
      .describe('Metric that the encoder optimises.'),
  })
  .superRefine(refuseSearch)
  .superRefine(refuseOtherwise)
  .meta({ description: 'For photos. Smallest files; supports transparency.' });

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
  const { format: _, maxBytes: __, otherwise: ___, ...settings } = given;
  return image.avif({ ...settings, quality });
}
