import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../types.ts';
import { maxBytesSchema, plainQualitySchema } from './quality.ts';

export const tiffSchema = z
  .strictObject({
    format: z.literal('tiff'),
    compression: z
      .enum(['none', 'lzw', 'deflate', 'jpeg'])
      .optional()
      .describe(
        '`lzw` and `deflate` are lossless; `deflate` takes twice the CPU of `lzw` for 8 % fewer bytes. Left out: `deflate` with `effort: small`, else `lzw`.',
      ),
    quality: plainQualitySchema.default(80).describe('With `compression: jpeg`.'),
    maxBytes: maxBytesSchema.describe(
      'With `compression: jpeg`: the most bytes that the file may have, by lowering `quality` as in other formats, with at most 8 files written. Where even quality 1 does not fit, the upload is refused.',
    ),
  })
  .refine(({ compression, maxBytes }) => compression === 'jpeg' || maxBytes === undefined, {
    path: ['maxBytes'],
    error: 'a lossless TIFF has no quality to lower: add compression: jpeg',
  })
  .meta({ description: 'For print and archives.' });

export type TiffOptions = z.output<typeof tiffSchema>;

export const TIFF_PRESETS: Readonly<Record<Effort, Partial<TiffOptions>>> = {
  fast: { compression: 'lzw' },
  balanced: { compression: 'lzw' },
  small: { compression: 'deflate' },
};

export function setTiff(image: Sharp, { compression }: TiffOptions, quality: number): Sharp {
  return image.tiff({ compression, quality, predictor: 'horizontal' });
}
