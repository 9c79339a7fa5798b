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
