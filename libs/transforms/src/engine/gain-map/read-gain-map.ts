import sharp from 'sharp';
import { readGainMapMetadata, withUniformGains, type UniformGains } from './gain-map-metadata.ts';
import { otherPictures } from './jpeg-segments.ts';

/** Gain map of a JPEG: the data that an HDR display needs to show the picture in HDR. */
export interface GainMap extends UniformGains {
  /** A JPEG in the orientation of the upload's stored pixels, not upright. */
  readonly picture: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Has one gain per colour channel. Such a map is valid only in its own colour space. */
  readonly isColoured: boolean;
}

/** Side of the reduced picture that is checked for colours, pixels. */
const GLANCE = 64;
/** Maximum difference between the channels of a grey JPEG, of 255. */
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
 * Reads the gain map of a JPEG (Ultra HDR image format 1.1, ISO 21496-1). Returns `undefined` if the file has no usable
 * map. Apple's own maps are not usable: their format is not public.
 *
 * @param pixels maximum size of the map; no camera writes a map that is larger than its picture
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
      // Only the profile of the HDR picture defines its colours, and the file does not contain it.
      if (isColoured && !read.usesBaseColours) continue;
      return { ...same, picture, width, height, isColoured };
    } catch {
      // Damaged, or too large.
    }
  }
  return undefined;
}
