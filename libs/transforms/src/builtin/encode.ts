import type { Sharp } from 'sharp';
import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import type { OutputFormat, SourceFormat } from '../types.ts';

const quality = z.number().int().min(1).max(100);
const chromaSubsampling = z.enum(['4:2:0', '4:4:4']).default('4:2:0');

/** Below this longer side, pixels, AVIF's default quality is 65 instead of 60: small pictures show their faults. */
const SMALL_AVIF_SIDE = 500;

const jpeg = z.strictObject({
  format: z.literal('jpeg'),
  /** 1 to 100, default 80. */
  quality: quality.default(80),
  /** Default true: 2.1 times the CPU of a baseline JPEG, which is little, for 3 % fewer bytes. */
  progressive: z.boolean().default(true),
  chromaSubsampling,
  /** mozjpeg's table 3 (default): 5 % fewer bytes at equal SSIMULACRA2 than table 0, the one of the JPEG standard. */
  quantisationTable: z.number().int().min(0).max(8).default(3),
  /** Trellis quantisation, overshoot deringing and scan optimisation: 11 % fewer bytes at 7 times the CPU or more. */
  mozjpeg: z.boolean().default(false),
});

const png = z.strictObject({
  format: z.literal('png'),
  /** zlib's, 0 (fast) to 9 (small), default 6. */
  compressionLevel: z.number().int().min(0).max(9).default(6),
  adaptiveFiltering: z.boolean().default(false),
  progressive: z.boolean().default(false),
  /** At most 256 colours by libimagequant: smaller and lossy. */
  palette: z.boolean().default(false),
  /** With `palette`: 1 to 100, the least number of colours for it is used. Default 100. */
  quality: quality.default(100),
  /** With `palette`: CPU, 1 to 10, default 7. */
  effort: z.number().int().min(1).max(10).default(7),
  /** With `palette`: 2 to 256, default 256. */
  colours: z.number().int().min(2).max(256).default(256),
  /** With `palette`: Floyd-Steinberg error diffusion, 0 to 1, default 1. */
  dither: z.number().min(0).max(1).default(1),
});

const webp = z.strictObject({
  format: z.literal('webp'),
  /** 1 to 100, default 80. */
  quality: quality.default(80),
  /** 1 to 100, default 100. */
  alphaQuality: quality.default(100),
  lossless: z.boolean().default(false),
  nearLossless: z.boolean().default(false),
  smartSubsample: z.boolean().default(false),
  /** CPU, 0 (fast) to 6 (small), default 4; 2 halves the CPU for 4 % more bytes. */
  effort: z.number().int().min(0).max(6).default(4),
});

const avif = z.strictObject({
  format: z.literal('avif'),
  /** 1 to 100; default 60, and 65 for a picture whose longer side is below 500 pixels. */
  quality: quality.optional(),
  lossless: z.boolean().default(false),
  /** CPU, 0 (fast) to 9 (small), default 1: sharp's default of 4 costs 25 times as much for a few bytes less. */
  effort: z.number().int().min(0).max(9).default(1),
  chromaSubsampling,
});

const gif = z.strictObject({
  format: z.literal('gif'),
  /** 2 to 256, default 256. */
  colours: z.number().int().min(2).max(256).default(256),
  /** CPU, 1 (fast) to 10 (small), default 7. */
  effort: z.number().int().min(1).max(10).default(7),
  /** Error diffusion, 0 to 1, default 1. */
  dither: z.number().min(0).max(1).default(1),
  /** Differences between frames that count as none, 0 (default) to 32. */
  interFrameMaxError: z.number().min(0).max(32).default(0),
});

const tiff = z.strictObject({
  format: z.literal('tiff'),
  /** Default `lzw`, lossless; sharp's own default is `jpeg`. */
  compression: z.enum(['none', 'lzw', 'deflate', 'jpeg', 'zstd']).default('lzw'),
  /** With `compression: jpeg`: 1 to 100, default 80. */
  quality: quality.default(80),
});

const source = z.strictObject({ format: z.literal('source') });

const options = z.discriminatedUnion('format', [jpeg, png, webp, avif, gif, tiff, source]);

/** Options of a format that is decided. */
export type EncodeOptions = Exclude<z.output<typeof options>, { format: 'source' }>;

/**
 * The file format of a variant and how hard its encoder works. `format: source`, or no `encode` at all, keeps the
 * upload's format (an SVG becomes a PNG). Names are sharp's, defaults are what was measured to pay.
 */
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
