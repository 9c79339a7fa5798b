import sharp from 'sharp';
import type { SourceFacts } from '../../image-engine.ts';
import type { FrameWindow } from '../../plan/frame-windows.ts';
import { withoutPrefix } from '../metadata/exif.ts';
import { pngOfPixels, type PixelHeader } from '../decoders/png-of-pixels.ts';
import { undecodable } from './explain-failure.ts';

/** What each frame of an animation is as a picture of its own: its pixels have the colours and the metadata of the file. */
export async function frameHeader(source: Uint8Array): Promise<PixelHeader> {
  // Whether a frame has transparent parts is known of all of them only.
  const animation = sharp(source, { failOn: 'error', limitInputPixels: false, animated: true });
  const { width, height, pageHeight, hasAlpha, orientation, icc, exif, xmp } =
    await animation.metadata();
  return {
    ...{ width, height: pageHeight ?? height, channels: hasAlpha ? 4 : 3, depth: 8 },
    ...(orientation !== undefined && orientation >= 1 && orientation <= 8 && { orientation }),
    ...(icc && { icc }),
    ...(exif && { exif: withoutPrefix(exif) }),
    ...(xmp && { xmp: xmp.toString() }),
  };
}

/**
 * Decodes frames of an animation as they are shown, composed with those before. Returns a file of each, by its number.
 * @throws ImageError `CORRUPT_IMAGE`
 */
export async function frameFiles(
  source: Uint8Array,
  { format }: Pick<SourceFacts, 'format'>,
  { from, to, frames }: FrameWindow,
): Promise<ReadonlyMap<number, () => Uint8Array>> {
  try {
    const header = await frameHeader(source);
    const { width, height, channels } = header;
    const pages = to - from + 1;
    const image = sharp(source, {
      ...{ failOn: 'error', page: from - 1, pages, ignoreIcc: true },
      limitInputPixels: width * height * pages,
    });
    const { data } = await (channels === 4 ? image.ensureAlpha() : image.removeAlpha())
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const length = width * height * channels;
    if (data.length !== length * pages) throw new Error('frames of another size');
    return new Map(
      frames.map((frame) => {
        const start = (frame - from) * length;
        return [frame, () => pngOfPixels(header, data.subarray(start, start + length))];
      }),
    );
  } catch (cause) {
    throw undecodable(format, cause);
  }
}
