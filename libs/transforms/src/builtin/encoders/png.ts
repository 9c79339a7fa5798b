import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import { refuse } from '../shared/refuse.ts';
import {
  BEST_QUALITY,
  coloursSchema,
  ditherSchema,
  FULL_DITHER,
  maxBytesSchema,
  MOST_COLOURS,
  otherwiseSchema,
  plainQualitySchema,
  refuseOtherwise,
} from './shared-options.ts';

/** Defaults of the options that need a palette. */
const PALETTE_DEFAULTS: Readonly<Record<string, number | undefined>> = {
  quality: BEST_QUALITY,
  colours: MOST_COLOURS,
  dither: FULL_DITHER,
  effort: undefined,
};

export const pngSchema = z
  .strictObject({
    format: z.literal('png'),
    compressionLevel: z
      .number()
      .int()
      .min(0)
      .max(9)
      .optional()
      .describe(
        'Level of zlib: 0 is fast, 9 is small. Default: 2 with `effort: fast`, 6 with `balanced`, 9 with `small`.',
      ),
    adaptiveFiltering: z
      .boolean()
      .optional()
      .describe(
        'Selects a filter for each row. Photos get 40 % fewer bytes for twice the CPU; drawings may become larger. Default: true with `effort: small` and no `palette`, otherwise false.',
      ),
    progressive: z
      .boolean()
      .default(false)
      .describe('Interlaced: larger; viewers show a coarse version first.'),
    palette: z
      .boolean()
      .default(false)
      .describe('At most 256 colours, by libimagequant: smaller and lossy.'),
    quality: plainQualitySchema
      .default(BEST_QUALITY)
      .describe('With `palette`: uses the smallest number of colours that reaches this quality.'),
    maxBytes: maxBytesSchema.describe(
      'With `palette`: maximum size of the file, bytes. Lowers `quality` as in other formats, with at most 8 files. If quality 1 does not fit, `otherwise` decides.',
    ),
    otherwise: otherwiseSchema,
    effort: z
      .number()
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe(
        'With `palette`: CPU effort. Compared with 7: 1 takes a quarter of the CPU for 15 % more bytes, 10 takes 1.7 times the CPU for almost no gain. Default: 1 with `effort: fast`, otherwise 7.',
      ),
    colours: coloursSchema.describe('With `palette`: maximum number of colours.'),
    dither: ditherSchema.describe(
      'With `palette`: strength of the Floyd-Steinberg error diffusion.',
    ),
  })
  .superRefine((given, context) => {
    if (given.palette) return;
    if (given.maxBytes !== undefined) {
      refuse(
        context,
        'maxBytes',
        'a PNG has no quality to lower unless it has a palette: add palette: true',
      );
    }
    // sharp would switch to a palette, which is lossy; the recipe must request it explicitly.
    const { quality, colours, dither, effort } = given;
    for (const [option, value] of Object.entries({ quality, colours, dither, effort })) {
      if (value === PALETTE_DEFAULTS[option]) continue;
      refuse(context, option, `a PNG has ${option} only with a palette: add palette: true`);
    }
  })
  .superRefine(refuseOtherwise)
  .meta({ description: 'For drawings and screenshots. Lossless.' });

type PngOptions = z.output<typeof pngSchema>;

const PNG_PRESETS: Readonly<Record<Effort, Partial<PngOptions>>> = {
  fast: { compressionLevel: 2, effort: 1 },
  balanced: { compressionLevel: 6, effort: 7 },
  small: { compressionLevel: 9, effort: 7, adaptiveFiltering: true },
};

/** Filters break the runs of equal colours that a palette produces. */
export function pngPreset({ palette }: PngOptions, effort: Effort): Partial<PngOptions> {
  const preset = PNG_PRESETS[effort];
  return palette ? { ...preset, adaptiveFiltering: false } : preset;
}

export function setPng(image: Sharp, given: PngOptions, quality: number): Sharp {
  const { compressionLevel, adaptiveFiltering, progressive, palette } = given;
  const { effort, colours, dither } = given;
  return image.png({
    compressionLevel,
    adaptiveFiltering,
    progressive,
    ...(palette ? { palette, quality, effort, colours, dither } : {}),
  });
}
