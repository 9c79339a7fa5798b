import type { EncodeOptions } from '../builtin/encode.ts';
import { holdsAnimation } from '../builtin/encoders/encodings.ts';
import type { OutputFormat } from '../image-engine.ts';
import { ImageError } from '../image-error.ts';
import type { FileStage } from './render-plan.ts';

/** Encodings that can hold the picture unchanged. If none can, returns all of them as the best available result. */
function those(
  encodings: readonly EncodeOptions[],
  hold: (encoding: EncodeOptions) => boolean,
): readonly EncodeOptions[] {
  const holding = encodings.filter(hold);
  return holding.length > 0 ? holding : encodings;
}

/** Encodings that are possible for a variant's file; usually one, never empty. */
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
 * Maximum side of a file, pixels: sharp 0.35.5, `common.cc` `AssertImageTypeDimensions`; libpng, libtiff; of a JPEG
 * libjpeg's `JPEG_MAX_DIMENSION` (`jmorecfg.h`), below the format's own 65,535.
 */
const MAX_SIDE: Readonly<Record<OutputFormat, number>> = {
  jpeg: 65_500,
  png: 2_147_483_647,
  webp: 16_383,
  avif: 16_384,
  gif: 65_535,
  tiff: 2_147_483_647,
  pdf: 65_500,
};

/** A TIFF with JPEG compression has the limits of JPEG, for strips and for tiles. */
function codecOf(encoding: EncodeOptions): OutputFormat {
  return encoding.format === 'tiff' && encoding.compression === 'jpeg' ? 'jpeg' : encoding.format;
}

/** Returns why the picture exceeds the limits of the encoding; `undefined` if it does not. */
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

/** @returns the `TOO_LARGE` for a file that would exceed the maximum size of each of its formats; names the variant */
export function checkFormatLimits(stage: FileStage, recipe: string): ImageError | undefined {
  const whys = candidates(stage).map((encoding) => whyTooLarge(stage.shape, encoding));
  if (whys.includes(undefined)) return undefined;
  const { variant } = stage;
  return new ImageError('TOO_LARGE', `recipe ${recipe}, variant ${variant}: ${whys.join('; ')}`, {
    place: { recipe, variant },
  });
}
