import type { Sharp } from 'sharp';
import type { EncodeOptions } from '../encode.ts';
import { defaultAvifQuality, setAvif } from './avif.ts';
import type { EncodedPicture } from './encoded-picture.ts';
import { setGif } from './gif.ts';
import { setJpeg } from './jpeg.ts';
import { setPng } from './png.ts';
import { BEST_QUALITY, type Quality } from './quality.ts';
import { setTiff } from './tiff.ts';
import { setWebp } from './webp.ts';

/** The quality or likeness that an encoding asks for; `longerSide` is the picture's, pixels. */
export function wantedQuality(given: EncodeOptions, longerSide: number): Quality {
  if (given.format === 'gif') return BEST_QUALITY;
  return given.quality ?? defaultAvifQuality(longerSide);
}

/** Lazily sets the encoder. */
export function setEncoder(image: Sharp, given: EncodeOptions, picture: EncodedPicture): Sharp {
  const { quality, ...playback } = picture;
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
      return setTiff(image, given, quality);
  }
}
