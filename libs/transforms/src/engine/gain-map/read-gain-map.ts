import sharp from 'sharp';
import { readGainMapMetadata, withUniformGains, type UniformGains } from './gain-map-metadata.ts';
import { otherPictures } from './jpeg-segments.ts';

/** What makes HDR of a JPEG where a display can show it. */
export interface GainMap extends UniformGains {
  /** A JPEG, as the upload's own pixels lie: not upright. */
  readonly picture: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** One gain for each colour, and not one for all: it is for these colours only. */
  readonly isColoured: boolean;
}

/** Side of the picture by which it is told whether a map has colours, pixels. */
const GLANCE = 64;
/** What a grey JPEG with three channels may be off, of 255. */
const ROUNDING = 2;

async function hasColours(picture: Uint8Array): Promise<boolean> {
  const small = sharp(picture, { ignoreIcc: true }).resize(GLANCE, GLANCE, { fit: 'fill' });
  const data = await small.toColourspace('srgb').raw().toBuffer();
  for (let at = 0; at < data.length; at += 3) {
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > ROUNDING) return true;
  }
  return false;
}

/**
 * The gain map of a JPEG (Ultra HDR image format 1.1, ISO 21496-1); nothing where there is none that can be used. Apple's
 * own maps, whose meaning is not public, count as none.
 *
 * @param pixels the most that it may have, since one larger than its picture is none of a camera's
 */
export async function readGainMap(
  source: Uint8Array,
  pixels: number,
): Promise<GainMap | undefined> {
  for (const picture of otherPictures(source)) {
    const read = await readGainMapMetadata(picture);
    if (!read) continue;
    try {
      const image = sharp(picture, { failOn: 'error', limitInputPixels: pixels });
      const { width, height, channels } = await image.metadata();
      const same = withUniformGains(read.metadata);
      const isColoured = same.tables !== undefined || (channels > 1 && (await hasColours(picture)));
      // What the colours of the HDR picture are, only its own profile would say.
      if (isColoured && !read.usesBaseColours) continue;
      return { ...same, picture, width, height, isColoured };
    } catch {
      // Damaged, or too large.
    }
  }
  return undefined;
}
