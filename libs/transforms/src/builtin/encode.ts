import type { Sharp } from 'sharp';
import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import type { OutputFormat, SourceFormat } from '../types.ts';

const quality = z.number().int().min(1).max(100).describe('1 is smallest, 100 is best.');
const chromaSubsampling = z
  .enum(['4:2:0', '4:4:4'])
  .default('4:2:0')
  .describe('`4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.');
const dither = z.number().min(0).max(1).default(1);
const colours = z.number().int().min(2).max(256).default(256);

/** Below this longer side, pixels, AVIF's default quality is 65 instead of 60: small pictures show their faults. */
const SMALL_AVIF_SIDE = 500;

const jpeg = z
  .strictObject({
    format: z.literal('jpeg'),
    quality: quality.default(80),
    progressive: z
      .boolean()
      .default(true)
      .describe('2.1 times the CPU of a baseline JPEG, which is little, for 3 % fewer bytes.'),
    chromaSubsampling,
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
      .default(false)
      .describe(
        'Trellis quantisation, overshoot deringing and scan optimisation: 11 % fewer bytes at 7 times the CPU or more.',
      ),
  })
  .meta({ description: 'Photos, everywhere; no transparency.' });

const png = z
  .strictObject({
    format: z.literal('png'),
    compressionLevel: z
      .number()
      .int()
      .min(0)
      .max(9)
      .default(6)
      .describe('Of zlib: 0 is fast, 9 is small.'),
    adaptiveFiltering: z.boolean().default(false).describe('Chooses a filter for each row.'),
    progressive: z.boolean().default(false).describe('Interlaced: larger, and shown coarse first.'),
    palette: z
      .boolean()
      .default(false)
      .describe('At most 256 colours, by libimagequant: smaller and lossy.'),
    quality: quality
      .default(100)
      .describe('With `palette`: the least number of colours for this quality is used.'),
    effort: z.number().int().min(1).max(10).default(7).describe('With `palette`: CPU.'),
    colours: colours.describe('With `palette`: the most colours.'),
    dither: dither.describe('With `palette`: strength of the Floyd-Steinberg error diffusion.'),
  })
  .meta({ description: 'Drawings and screenshots, without loss.' });

const webp = z
  .strictObject({
    format: z.literal('webp'),
    quality: quality.default(80),
    alphaQuality: quality.default(100).describe('Quality of the transparency.'),
    lossless: z.boolean().default(false).describe('Every pixel is kept; `quality` is then effort.'),
    nearLossless: z
      .boolean()
      .default(false)
      .describe('With `lossless`: pixels may change a little for fewer bytes, by `quality`.'),
    smartSubsample: z
      .boolean()
      .default(false)
      .describe('Colour subsampling of a higher quality: sharper red edges, more CPU.'),
    effort: z
      .number()
      .int()
      .min(0)
      .max(6)
      .default(4)
      .describe('CPU: 0 is fast, 6 is small; 2 halves the CPU for 4 % more bytes.'),
  })
  .meta({ description: 'Photos and drawings, with transparency and animation.' });

const avif = z
  .strictObject({
    format: z.literal('avif'),
    quality: quality
      .optional()
      .describe('60 where left out, and 65 for a picture whose longer side is below 500 pixels.'),
    lossless: z.boolean().default(false).describe('Every pixel is kept.'),
    effort: z
      .number()
      .int()
      .min(0)
      .max(9)
      .default(1)
      .describe(
        'CPU: 0 is fast, 9 is small; sharp’s default of 4 costs 25 times as much for a few bytes less.',
      ),
    chromaSubsampling,
  })
  .meta({ description: 'Photos, smallest; with transparency.' });

const gif = z
  .strictObject({
    format: z.literal('gif'),
    colours: colours.describe('The most colours.'),
    effort: z.number().int().min(1).max(10).default(7).describe('CPU: 1 is fast, 10 is small.'),
    dither: dither.describe('Strength of the error diffusion.'),
    interFrameMaxError: z
      .number()
      .min(0)
      .max(32)
      .default(0)
      .describe('Differences between frames that count as none.'),
  })
  .meta({ description: 'Animations, everywhere; large.' });

const tiff = z
  .strictObject({
    format: z.literal('tiff'),
    compression: z
      .enum(['none', 'lzw', 'deflate', 'jpeg', 'zstd'])
      .default('lzw')
      .describe('`lzw`, `deflate` and `zstd` are lossless.'),
    quality: quality.default(80).describe('With `compression: jpeg`.'),
  })
  .meta({ description: 'For print and archives.' });

const source = z
  .strictObject({ format: z.literal('source') })
  .meta({ description: 'The upload’s own format, with its defaults; an SVG becomes a PNG.' });

const options = z.discriminatedUnion('format', [jpeg, png, webp, avif, gif, tiff, source]).meta({
  description:
    'The format of a variant’s file and how hard its encoder works. Without it, the file has the upload’s format. Names are sharp’s, defaults are what was measured to pay.',
  examples: [
    { format: 'webp', quality: 80 },
    { format: 'jpeg', mozjpeg: true },
    { format: 'avif' },
  ],
});

/** Options of a format that is decided. */
export type EncodeOptions = Exclude<z.output<typeof options>, { format: 'source' }>;

export const encode = defineTransform({
  name: 'encode',
  version: 1,
  kind: 'setting',
  options,
  scalar: 'format',
});

/** What a variant is written as; `given` are the options of its `encode` step, if it has one. */
export function encodeOptions(given: unknown, sourceFormat: SourceFormat): EncodeOptions {
  const wanted = given === undefined ? ({ format: 'source' } as const) : options.parse(given);
  if (wanted.format !== 'source') return wanted;
  const format: OutputFormat = sourceFormat === 'svg' ? 'png' : sourceFormat;
  return options.parse({ format }) as EncodeOptions;
}

/** How an animation plays. */
export interface Playback {
  /** Milliseconds that each frame is shown. */
  readonly delay?: number[];
  /** How often it plays; 0 is for ever. */
  readonly loop?: number;
}

/** What an encoder is told beside its options. */
export interface EncodedPicture extends Playback {
  /** Pixels. */
  readonly longerSide: number;
}

/** Lazily sets the encoder. */
export function setEncoder(
  image: Sharp,
  given: EncodeOptions,
  { longerSide, ...playback }: EncodedPicture,
): Sharp {
  switch (given.format) {
    case 'jpeg': {
      const { quality, progressive, chromaSubsampling, quantisationTable, mozjpeg } = given;
      return image.jpeg({
        quality,
        chromaSubsampling,
        // sharp lets `mozjpeg` set progressive scans and table 3 as well; ours have the last word.
        ...(mozjpeg ? { mozjpeg } : {}),
        progressive: progressive || mozjpeg,
        optimiseScans: mozjpeg,
        quantisationTable,
      });
    }
    case 'png': {
      const { compressionLevel, adaptiveFiltering, progressive, palette } = given;
      const { quality, effort, colours, dither } = given;
      return image.png({
        compressionLevel,
        adaptiveFiltering,
        progressive,
        ...(palette ? { palette, quality, effort, colours, dither } : {}),
      });
    }
    case 'webp': {
      const { format: _, ...settings } = given;
      return image.webp({ ...settings, ...playback });
    }
    case 'avif': {
      const { format: _, quality = longerSide < SMALL_AVIF_SIDE ? 65 : 60, ...settings } = given;
      return image.avif({ quality, ...settings });
    }
    case 'gif': {
      const { format: _, ...settings } = given;
      return image.gif({ ...settings, ...playback });
    }
    case 'tiff': {
      const { compression, quality } = given;
      return image.tiff({ compression, quality, predictor: 'horizontal' });
    }
  }
}
