import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  type EncodedPicture,
  maxBytesSchema,
  otherwiseSchema,
  plainQualitySchema,
  refuseOtherwise,
} from './shared-options.ts';

const TIFF_QUALITY = 80;
const tileSide = z.number().int().min(16).max(32_768).multipleOf(16);
const NO_RESOLUTION = 1;
const resolution = z.number().min(0.001).max(1_000_000).default(NO_RESOLUTION);

export const tiffSchema = z
  .strictObject({
    format: z.literal('tiff'),
    compression: z
      .enum(['none', 'packbits', 'lzw', 'deflate', 'jpeg'])
      .optional()
      .describe(
        'All except `jpeg` are lossless. `deflate` takes twice the CPU of `lzw` for 8 % fewer bytes. Default: `deflate` with `effort: small`, otherwise `lzw`.',
      ),
    quality: plainQualitySchema
      .default(TIFF_QUALITY)
      .describe('With `compression: jpeg`: quality of the file.'),
    maxBytes: maxBytesSchema.describe(
      'With `compression: jpeg`: maximum size of the file, bytes. Lowers `quality` as in other formats, with at most 8 files. If quality 1 does not fit, `otherwise` decides.',
    ),
    otherwise: otherwiseSchema,
    predictor: z
      .enum(['none', 'horizontal'])
      .default('horizontal')
      .describe('With `lzw` and `deflate`: `horizontal` stores differences, for fewer bytes.'),
    tile: z.boolean().default(false).describe('Stores tiles instead of strips.'),
    tileWidth: tileSide.default(256).describe('With `tile`: pixels, a multiple of 16.'),
    tileHeight: tileSide.default(256).describe('With `tile`: pixels, a multiple of 16.'),
    pyramid: z.boolean().default(false).describe('Also stores reduced copies of the picture.'),
    bigtiff: z.boolean().default(false).describe('For files of more than 4 GiB.'),
    xres: resolution.describe(
      'Horizontal resolution, pixels per millimetre. If it is set, `metadata: { keep: [resolution] }` does not replace it.',
    ),
    yres: resolution.describe('Vertical resolution, pixels per millimetre.'),
    resolutionUnit: z
      .enum(['inch', 'cm'])
      .default('inch')
      .describe('Unit of the resolution in the file.'),
  })
  .refine(({ compression, maxBytes }) => compression === 'jpeg' || maxBytes === undefined, {
    path: ['maxBytes'],
    error: 'a lossless TIFF has no quality to lower: add compression: jpeg',
  })
  .refine(({ compression, quality }) => compression === 'jpeg' || quality === TIFF_QUALITY, {
    path: ['quality'],
    error: 'a lossless TIFF has no quality: add compression: jpeg',
  })
  .superRefine(refuseOtherwise)
  .meta({ description: 'For print and archives.' });

type TiffOptions = z.output<typeof tiffSchema>;

export const TIFF_PRESETS: Readonly<Record<Effort, Partial<TiffOptions>>> = {
  fast: { compression: 'lzw' },
  balanced: { compression: 'lzw' },
  small: { compression: 'deflate' },
};

const MM_PER_INCH = 25.4;

export function setTiff(
  image: Sharp,
  given: TiffOptions,
  { quality, density }: Pick<EncodedPicture, 'quality' | 'density'>,
): Sharp {
  const { format: _, maxBytes: __, otherwise: ___, ...settings } = given;
  const isGiven = settings.xres !== NO_RESOLUTION || settings.yres !== NO_RESOLUTION;
  if (density === undefined || isGiven) return image.tiff({ ...settings, quality });
  const resolution = density / MM_PER_INCH;
  return image.tiff({ ...settings, quality, xres: resolution, yres: resolution });
}
