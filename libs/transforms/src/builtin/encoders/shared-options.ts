import * as z from 'zod';
import { refuse } from '../shared/refuse.ts';

export const BEST_QUALITY = 100;
export const LEAST_QUALITY = 1;

const level = z.number().int().min(LEAST_QUALITY).max(BEST_QUALITY);

/** Quality of lossy encoders that do not support `ssim`. */
export const plainQualitySchema = level.describe('1 is smallest, 100 is best.');

const EXPECTED = 'expected a number from 1 to 100, or { ssim: 0.98 }';

/**
 * Quality of a lossy file: a number, or a similarity for which the lowest sufficient quality is searched. Below 0.5 a picture
 * is not recognisable; only lossless files exceed 0.9999.
 */
export const qualitySchema = z
  .union([level, z.strictObject({ ssim: z.number().min(0.5).max(0.9999) })], { error: EXPECTED })
  .meta({
    id: 'quality',
    description:
      '1 (smallest) to 100 (best), or `{ ssim: 0.98 }` with a value from 0.5 to 0.9999. `ssim` selects the lowest quality whose structural similarity to the picture before encoding is at least that value. It is measured on lightness with the `bezkrovny` algorithm of ssim.js. The search uses 16 tiles of 128×128 pixels, then checks and corrects the result on the whole file, with at most 4 files. It takes 3 to 11 times the CPU of one file (five photos, 1,280 pixels wide: JPEG 4 to 11, WebP 3 to 9, AVIF 3 to 6 times). If no quality is sufficient, the file has quality 100.',
  });

export type Quality = z.output<typeof qualitySchema>;

export const maxBytesSchema = z
  .number()
  .int()
  .min(1)
  .optional()
  .describe(
    'Maximum size of the file, bytes. Searches the best quality that fits, at most `quality`, with at most 8 files (1.4 to 6 times the CPU of one file, on the same photos). If quality 1 does not fit, `otherwise` decides.',
  );

export const otherwiseSchema = z
  .enum(['reject', 'exceed'])
  .optional()
  .describe(
    'If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.',
  );

interface GivenOtherwise {
  readonly maxBytes?: number | undefined;
  readonly otherwise?: unknown;
}

export function refuseOtherwise(given: GivenOtherwise, context: z.RefinementCtx): void {
  if (given.otherwise === undefined || given.maxBytes !== undefined) return;
  refuse(context, 'otherwise', 'otherwise requires maxBytes');
}

interface GivenLossless {
  readonly lossless: boolean;
  readonly quality?: Quality | undefined;
  readonly maxBytes?: number | undefined;
}

/** Rejects options that search a quality: a lossless file has only one. */
export function refuseSearch(given: GivenLossless, context: z.RefinementCtx): void {
  if (!given.lossless) return;
  const message = 'a lossless file keeps every pixel: it has no quality to search';
  if (typeof given.quality === 'object') refuse(context, 'quality', message);
  if (given.maxBytes !== undefined) refuse(context, 'maxBytes', message);
}

export const FULL_DITHER = 1;
export const MOST_COLOURS = 256;

/** Options of encoders with a palette. */
export const ditherSchema = z.number().min(0).max(FULL_DITHER).default(FULL_DITHER);
export const coloursSchema = z.number().int().min(2).max(MOST_COLOURS).default(MOST_COLOURS);

export const chromaSubsamplingSchema = z
  .enum(['4:2:0', '4:4:4'])
  .default('4:2:0')
  .describe('`4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.');

/** Playback of an animation. */
export interface Playback {
  /** Duration of each frame, milliseconds. */
  readonly delay?: number[];
  /** Number of repetitions; 0 repeats without end. */
  readonly loop?: number;
}

/** Values that an encoder needs in addition to its options. */
export interface EncodedPicture extends Playback {
  /** 1 to 100; encoders without a quality ignore it. */
  readonly quality: number;
  /** Pixels per inch. sharp writes it itself, except into a TIFF. */
  readonly density?: number | undefined;
}

const count = z.number().int().min(0).max(65_535).optional();

/** sharp's options of encoders that hold animations. */
export const playbackOptions = {
  loop: count.describe(
    'For animations: number of repetitions; 0 repeats without end. Default: the value of the upload.',
  ),
  delay: count.describe(
    'For animations: duration of each frame, milliseconds. Default: the values of the upload.',
  ),
};

interface GivenPlayback {
  readonly loop?: number | undefined;
  readonly delay?: number | undefined;
}

/** The upload's playback with the step's values. A still has no durations and stays without playback. */
export function playedAs({ loop, delay }: GivenPlayback, playback: Playback): Playback {
  if (!playback.delay) return playback;
  return {
    ...playback,
    ...(loop === undefined ? {} : { loop }),
    ...(delay === undefined ? {} : { delay: playback.delay.map(() => delay) }),
  };
}
