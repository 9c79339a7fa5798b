import type { OutputFormat } from '../types.ts';

/**
 * The longest side of a file, pixels: sharp 0.35.5, `common.cc` `AssertImageTypeDimensions`; libpng, libtiff; of a JPEG
 * libjpeg's `JPEG_MAX_DIMENSION` (`jmorecfg.h`), below the format's own 65,535.
 */
const MAX_SIDE: Readonly<Record<OutputFormat, number>> = {
  jpeg: 65_500,
  png: 2_147_483_647,
  webp: 16_383,
  avif: 16_384,
  gif: 65_535,
  tiff: 2_147_483_647,
};

/** Why a picture cannot be written in the format; `undefined` when it can. */
export function whyTooLarge(
  { width, height }: { readonly width: number; readonly height: number },
  format: OutputFormat,
): string | undefined {
  const limit = MAX_SIDE[format];
  if (width <= limit && height <= limit) return undefined;
  return `${width}×${height} pixels do not fit into ${format}, whose sides are at most ${limit}`;
}
