import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  chromaSubsamplingSchema,
  maxBytesSchema,
  otherwiseSchema,
  qualitySchema,
  refuseOtherwise,
} from './shared-options.ts';

export const jpegSchema = z
  .strictObject({
    format: z.literal('jpeg'),
    quality: qualitySchema.default(80).describe('Quality of the file.'),
    maxBytes: maxBytesSchema,
    otherwise: otherwiseSchema,
    progressive: z
      .boolean()
      .optional()
      .describe(
        'Progressive JPEG: 2 % fewer bytes for twice the CPU of a baseline JPEG. Default: false with `effort: fast`, otherwise true.',
      ),
    chromaSubsampling: chromaSubsamplingSchema,
    quantisationTable: z
      .number()
      .int()
      .min(0)
      .max(8)
      .default(3)
      .describe(
        'mozjpeg’s table 3 gives 5 % fewer bytes at equal SSIMULACRA2 than 0, the one of the JPEG standard.',
      ),
    mozjpeg: z
      .boolean()
      .optional()
      .describe(
        'Trellis quantisation and overshoot deringing: 4 % fewer bytes at equal quality for 2.5 times the CPU. Default: true with `effort: small`, otherwise false.',
      ),
    trellisQuantisation: z
      .boolean()
      .optional()
      .describe('Only this part of `mozjpeg`. Default: the value of `mozjpeg`.'),
    overshootDeringing: z
      .boolean()
      .optional()
      .describe('Only this part of `mozjpeg`. Default: the value of `mozjpeg`.'),
    optimiseCoding: z
      .boolean()
      .default(true)
      .describe(
        'Optimises the Huffman tables: fewer bytes. Progressive JPEGs always have optimised tables.',
      ),
    optimiseScans: z
      .boolean()
      .default(false)
      .describe(
        'Tries several progressive scans: with `mozjpeg`, 1 % fewer bytes at 1.5 times its CPU.',
      ),
  })
  .refine(({ optimiseScans, progressive }) => !(optimiseScans && progressive === false), {
    error: 'optimiseScans writes a progressive JPEG, which progressive: false forbids',
  })
  .superRefine(refuseOtherwise)
  .meta({ description: 'For photos. Supported everywhere; no transparency.' });

export type JpegOptions = z.output<typeof jpegSchema>;

export const JPEG_PRESETS: Readonly<Record<Effort, Partial<JpegOptions>>> = {
  fast: { progressive: false, mozjpeg: false },
  balanced: { progressive: true, mozjpeg: false },
  small: { progressive: true, mozjpeg: true },
};

export function setJpeg(image: Sharp, given: JpegOptions, quality: number): Sharp {
  const { format: _, maxBytes: __, otherwise: ___, mozjpeg, ...settings } = given;
  return image.jpeg({
    ...settings,
    quality,
    // The effect of sharp’s `mozjpeg`, except scans and table, which are separate options.
    trellisQuantisation: given.trellisQuantisation ?? mozjpeg,
    overshootDeringing: given.overshootDeringing ?? mozjpeg,
  });
}
