import type { EncodeOptions } from '../builtin/encode.ts';
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

/** A TIFF may be made of JPEGs, which bound its sides whether they are strips or tiles. */
function codecOf(encoding: EncodeOptions): OutputFormat {
  return encoding.format === 'tiff' && encoding.compression === 'jpeg' ? 'jpeg' : encoding.format;
}

/** Why a picture cannot be written so; `undefined` when it can. */
export function whyTooLarge(
  { width, height }: { readonly width: number; readonly height: number },
  encoding: EncodeOptions,
): string | undefined {
  const codec = codecOf(encoding);
  const limit = MAX_SIDE[codec];
  if (width <= limit && height <= limit) return undefined;
  const { format } = encoding;
  const name = codec === format ? format : `${format} of ${codec}s`;
  return `${width}×${height} pixels do not fit into ${name}, whose sides are at most ${limit}`;
}
