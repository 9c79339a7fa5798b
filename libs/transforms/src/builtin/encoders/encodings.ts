import type { Sharp } from 'sharp';
import { type Effort, isPictureFormat, type SourceFormat } from '../../image-engine.ts';
import { defaultEncoding, type EncodeOptions, parseEncoding } from '../encode.ts';
import { AVIF_PRESETS, defaultAvifQuality, setAvif } from './avif.ts';
import { GIF_PRESETS, setGif } from './gif.ts';
import { JPEG_PRESETS, setJpeg } from './jpeg.ts';
import { setPdf } from './pdf.ts';
import { pngPreset, setPng } from './png.ts';
import { BEST_QUALITY, type EncodedPicture, type Quality } from './shared-options.ts';
import { setTiff, TIFF_PRESETS } from './tiff.ts';
import { setWebp, WEBP_PRESETS } from './webp.ts';

function presetOf(given: EncodeOptions, effort: Effort): Partial<EncodeOptions> {
  switch (given.format) {
    case 'jpeg':
      return JPEG_PRESETS[effort];
    case 'png':
      return pngPreset(given, effort);
    case 'webp':
      return WEBP_PRESETS[effort];
    case 'avif':
      return AVIF_PRESETS[effort];
    case 'gif':
      return GIF_PRESETS[effort];
    case 'tiff':
      return TIFF_PRESETS[effort];
    case 'pdf':
      return {};
  }
}

/** Fills options that the step leaves out with the preset of the recipe's effort. */
function withPreset(given: EncodeOptions, effort: Effort): EncodeOptions {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...presetOf(given, effort), ...Object.fromEntries(said) } as EncodeOptions;
}

function wanted(given: unknown, sourceFormat: SourceFormat): readonly EncodeOptions[] {
  const encoding = parseEncoding(given);
  switch (encoding.format) {
    case 'source':
      return [defaultEncoding(isPictureFormat(sourceFormat) ? sourceFormat : 'png')];
    case 'smallest':
      return encoding.of.map((one) => (typeof one === 'string' ? defaultEncoding(one) : one));
    default:
      return [encoding];
  }
}

/**
 * Candidate encodings of a variant; the smallest file is kept. Usually one.
 * @param given options of its `encode` step, if it has one
 */
export function encodingsOf(
  given: unknown,
  sourceFormat: SourceFormat,
  effort: Effort,
): readonly EncodeOptions[] {
  return wanted(given, sourceFormat).map((encoding) => withPreset(encoding, effort));
}

export function holdsAnimation({ format }: Pick<EncodeOptions, 'format'>): boolean {
  return format === 'gif' || format === 'webp';
}

export function maxBytesOf(options: EncodeOptions): number | undefined {
  return 'maxBytes' in options ? options.maxBytes : undefined;
}

/** Whether a file that cannot fit into `maxBytes` is written all the same. */
export function mayExceed(options: EncodeOptions): boolean {
  return 'otherwise' in options && options.otherwise === 'exceed';
}

/** Whether the encoder compares files with the picture to find the lowest sufficient quality. */
export function isCompared(options: EncodeOptions): boolean {
  return options.format !== 'gif' && typeof options.quality === 'object';
}

/** Whether the encoder may run more than once. */
export function isSearched(options: EncodeOptions): boolean {
  return maxBytesOf(options) !== undefined || isCompared(options);
}

/** The quality or similarity of an encoding. `longerSide` is the picture's longer side, pixels. */
export function wantedQuality(given: EncodeOptions, longerSide: number): Quality {
  if (given.format === 'gif') return BEST_QUALITY;
  return given.quality ?? defaultAvifQuality(longerSide);
}

/** Lazily sets the encoder; of a PDF, that of the page's picture. */
export function setEncoder(image: Sharp, given: EncodeOptions, picture: EncodedPicture): Sharp {
  const { quality, density, ...playback } = picture;
  switch (given.format) {
    case 'jpeg':
      return setJpeg(image, given, quality);
    case 'png':
      return setPng(image, given, quality);
    case 'webp':
      return setWebp(image, given, quality, playback);
    case 'avif':
      return setAvif(image, given, quality);
    case 'gif':
      return setGif(image, given, playback);
    case 'tiff':
      return setTiff(image, given, { quality, density });
    case 'pdf':
      return setPdf(image, given, quality);
  }
}
