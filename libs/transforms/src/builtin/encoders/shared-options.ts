import * as z from 'zod';

export const BEST_QUALITY = 100;
export const LEAST_QUALITY = 1;

const level = z.number().int().min(LEAST_QUALITY).max(BEST_QUALITY);

/** A quality of encoders whose files lose something on purpose, but have no likeness to search by. */
export const plainQualitySchema = level.describe('1 is smallest, 100 is best.');

const EXPECTED = 'expected a number from 1 to 100, or { ssim: 0.98 }';

/**
 * How good a lossy file is: a quality, or a likeness for which the lowest quality is searched. Likenesses below 0.5 show
 * nothing anymore, and above 0.9999 only lossless files lie.
 */
export const qualitySchema = z
  .union([level, z.strictObject({ ssim: z.number().min(0.5).max(0.9999) })], { error: EXPECTED })
  .meta({
    id: 'quality',
    description:
      '1 (smallest) to 100 (best); or `{ ssim: 0.98 }`, the smallest file that looks as good: the lowest quality whose structural similarity to the picture before encoding, from 0.5 to 0.9999, is at least that. It is measured on lightness, by ssim.js’s `bezkrovny`. The quality is searched on 16 tiles of 128×128 pixels, then checked on the whole file and put right, with at most 4 files written: all in all 3 to 11 times the CPU of one file (five photos, 1,280 pixels wide: JPEG 4 to 11, WebP 3 to 9, AVIF 3 to 6 times). Where no quality is as good, the file has quality 100.',
  });

export type Quality = z.output<typeof qualitySchema>;

export const maxBytesSchema = z
  .number()
  .int()
  .min(1)
  .optional()
  .describe(
    'The most bytes that the file may have: the best quality that fits is searched, `quality` being the highest that is tried, with at most 8 files written (1.4 to 6 times the CPU of one, on the same photos). Where even quality 1 does not fit, the upload is refused.',
  );

interface GivenLossless {
  readonly lossless: boolean;
  readonly quality?: Quality | undefined;
  readonly maxBytes?: number | undefined;
}

/** A lossless file has one quality: there is nothing to search for. */
export function refuseSearch(given: GivenLossless, context: z.RefinementCtx): void {
  if (!given.lossless) return;
  const refuse = (option: string) =>
    context.addIssue({
      code: 'custom',
      path: [option],
      message: `a lossless file keeps every pixel, so that there is no quality to search for`,
    });
  if (typeof given.quality === 'object') refuse('quality');
  if (given.maxBytes !== undefined) refuse('maxBytes');
}

export const FULL_DITHER = 1;
export const MOST_COLOURS = 256;

/** Options of encoders that choose a palette. */
export const ditherSchema = z.number().min(0).max(FULL_DITHER).default(FULL_DITHER);
export const coloursSchema = z.number().int().min(2).max(MOST_COLOURS).default(MOST_COLOURS);

export const chromaSubsamplingSchema = z
  .enum(['4:2:0', '4:4:4'])
  .default('4:2:0')
  .describe('`4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.');

/** How an animation plays. */
export interface Playback {
  /** Milliseconds that each frame is shown. */
  readonly delay?: number[];
  /** How often it plays; 0 is for ever. */
  readonly loop?: number;
}

/** What an encoder is told beside its options. */
export interface EncodedPicture extends Playback {
  /** 1 to 100; an encoder without one does not look. */
  readonly quality: number;
}

const count = z.number().int().min(0).max(65_535).optional();

/** sharp's options of encoders that hold animations. */
export const playbackOptions = {
  loop: count.describe(
    'Of an animation: how often it plays, 0 is for ever. Left out: as in the upload.',
  ),
  delay: count.describe(
    'Of an animation: milliseconds that each frame is shown. Left out: as in the upload.',
  ),
};

interface GivenPlayback {
  readonly loop?: number | undefined;
  readonly delay?: number | undefined;
}

/** The upload's playback, but for what the step says; a still, whose frames have no times, has none. */
export function playedAs({ loop, delay }: GivenPlayback, playback: Playback): Playback {
  if (!playback.delay) return playback;
  return {
    ...playback,
    ...(loop === undefined ? {} : { loop }),
    ...(delay === undefined ? {} : { delay: playback.delay.map(() => delay) }),
  };
}
