import type { PictureFormat } from '../../image-engine.ts';
import { gif } from './gif.ts';
import { avif } from './isobmff.ts';
import { jpeg } from './jpeg.ts';
import type { Structure } from './piece.ts';
import { png } from './png.ts';
import { webp } from './riff.ts';
import { tiff } from './tiff.ts';

/** How each format's files are divided. */
export const STRUCTURES: Readonly<Record<PictureFormat, Structure>> = {
  jpeg,
  png,
  webp,
  avif,
  gif,
  tiff,
};
