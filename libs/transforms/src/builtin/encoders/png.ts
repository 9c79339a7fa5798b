import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Effort } from '../../image-engine.ts';
import {
  BEST_QUALITY,
  coloursSchema,
  ditherSchema,
  FULL_DITHER,
  maxBytesSchema,
  MOST_COLOURS,
  plainQualitySchema,
} from './shared-options.ts';

/** What the options that go with a palette have where they are left out. */
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
        'Of zlib: 0 is fast, 9 is small. Left out: 2 with `effort: fast`, 6 with `balanced`, 9 with `small`.',
      ),
    adaptiveFiltering: z
      .boolean()
      .optional()
      .describe(
        'Chooses a filter for each row: a photo gets 40 % fewer bytes for twice the CPU, a drawing may get more. Left out: true with `effort: small` where there is no `palette`, else false.',
      ),
    progressive: z.boolean().default(false).describe('Interlaced: larger, and shown coarse first.'),
    palette: z
      .boolean()
      .default(false)
      .describe('At most 256 colours, by libimagequant: smaller and lossy.'),
    quality: plainQualitySchema
      .default(BEST_QUALITY)
      .describe('With `palette`: the least number of colours for this quality is used.'),
    maxBytes: maxBytesSchema.describe(
      'With `palette`: the most bytes that the file may have, by lowering `quality` as in other formats, with at most 8 files written. Where even quality 1 does not fit, the upload is refused.',
    ),
    effort: z
      .number()
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe(
        'With `palette`: CPU; 1 takes a quarter of 7 for 15 % more bytes, 10 takes 1.7 times as much for nearly none. Left out: 1 with `effort: fast`, else 7.',
      ),
    colours: coloursSchema.describe('With `palette`: the most colours.'),
    dither: ditherSchema.describe(
      'With `palette`: strength of the Floyd-Steinberg error diffusion.',
    ),
  })
  .superRefine((given, context) => {
    if (given.palette) return;
    const refuse = (option: string, message: string) =>
      context.addIssue({ code: 'custom', path: [option], message });
    if (given.maxBytes !== undefined) {
      refuse(
        'maxBytes',
        'a PNG has no quality to lower unless it has a palette: add palette: true',
      );
    }
    // sharp takes them for a wish to have a palette, which one should not get unasked: it is lossy.
    const { quality, colours, dither, effort } = given;
    for (const [option, value] of Object.entries({ quality, colours, dither, effort })) {
      if (value === PALETTE_DEFAULTS[option]) continue;
      refuse(option, `a PNG has ${option} only with a palette: add palette: true`);
    }
  })
  .meta({ description: 'Drawings and screenshots, without loss.' });

type PngOptions = z.output<typeof pngSchema>;

const PNG_PRESETS: Readonly<Record<Effort, Partial<PngOptions>>> = {
  fast: { compressionLevel: 2, effort: 1 },
  balanced: { compressionLevel: 6, effort: 7 },
  small: { compressionLevel: 9, effort: 7, adaptiveFiltering: true },
};

/** Filters spoil the runs of equal colours that a palette leaves. */
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
