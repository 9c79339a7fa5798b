import sharp from 'sharp';
import type { Pixels } from './compare.ts';

/** Decodes a file to upright RGB pixels, its colours as stored: every source here is sRGB. */
export async function decode(file: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(file, { ignoreIcc: true, limitInputPixels: false })
    .autoOrient()
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** One resize of the whole picture, by lanczos3, to exactly this size: what every output is held against. */
export async function resizeOnce(
  whole: Pixels,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Pixels> {
  const { data } = await sharp(whole.data, {
    raw: { width: whole.width, height: whole.height, channels: 3 },
    limitInputPixels: false,
  })
    .resize({ width, height, fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width, height };
}
