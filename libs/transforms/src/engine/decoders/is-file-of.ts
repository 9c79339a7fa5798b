import sharp, { type Metadata } from 'sharp';
import type { DecoderHeader } from '../../define-decoder.ts';
import { pngOfHeader } from './png-of-pixels.ts';

const FORMATS: readonly unknown[] = ['jpeg', 'png', 'webp', 'tiff'] satisfies Metadata['format'][];

/** All that decides about the way to sRGB, and about the size. */
function essence({ width, height, channels, depth, space, hasAlpha, ...rest }: Metadata) {
  const { orientation = 1, pages = 1, icc } = rest;
  const profile = icc?.toString('base64');
  return { width, height, channels, depth, space, hasAlpha, orientation, pages, profile };
}

/** Whether a file that a decoder has returned has the pixels that its header has announced. */
export async function isFileOf(file: Uint8Array, header: DecoderHeader): Promise<boolean> {
  const metadata = async (of: Uint8Array) => {
    const image = sharp(of, { failOn: 'error', limitInputPixels: false });
    return image.metadata().catch(() => undefined);
  };
  const [found, wanted] = [await metadata(file), await metadata(pngOfHeader(header))];
  if (!found || !wanted || !FORMATS.includes(found.format)) return false;
  // Only the PNG of the engine can name colours by code points.
  if (header.colours && !header.icc) return false;
  return JSON.stringify(essence(found)) === JSON.stringify(essence(wanted));
}
