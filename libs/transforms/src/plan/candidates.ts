import type { EncodeOptions } from '../builtin/encode.ts';
import { holdsAnimation } from '../builtin/encoders/encodings.ts';
import type { OutputFormat } from '../image-engine.ts';
import type { FileStage } from './render-plan.ts';

/** Those that hold the picture as it is; all where none does, so that what is asked for is done as well as can be. */
function those(
  encodings: readonly EncodeOptions[],
  hold: (encoding: EncodeOptions) => boolean,
): readonly EncodeOptions[] {
  const holding = encodings.filter(hold);
  return holding.length > 0 ? holding : encodings;
}

/** What a variant's file may be, now that it is known what it has to hold: mostly one, and never none. */
export function candidates({
  settings,
  shape,
  mode,
}: Pick<FileStage, 'settings' | 'shape' | 'mode'>): readonly EncodeOptions[] {
  const moving = those(
    settings.encodings,
    (encoding) => !mode.animated || holdsAnimation(encoding),
  );
  const clear = those(moving, ({ format }) => !shape.hasAlpha || format !== 'jpeg');
  return those(clear, (encoding) => whyTooLarge(shape, encoding) === undefined);
}

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
