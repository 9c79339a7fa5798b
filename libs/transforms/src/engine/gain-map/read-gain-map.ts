import sharp from 'sharp';
import { readGainMapMetadata, type GainMapMetadata } from './gain-map-metadata.ts';
import { otherPictures } from './other-pictures.ts';

/** What makes HDR of a JPEG where a display can show it. */
export interface GainMap {
  /** A JPEG, as the upload's own pixels lie: not upright. */
  readonly picture: Uint8Array;
  readonly metadata: GainMapMetadata;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** One for all colours, or one for each. */
  readonly channels: 1 | 3;
}

/**
 * The gain map of a JPEG (Ultra HDR image format 1.1, ISO 21496-1); nothing where there is none, or none whose header
 * can be used. Apple's own maps, whose meaning is not public, count as none.
 *
 * @param pixels the most that it may have, since one larger than its picture is none of a camera's
 */
export async function readGainMap(
  source: Uint8Array,
  pixels: number,
): Promise<GainMap | undefined> {
  for (const picture of otherPictures(source)) {
    const metadata = await readGainMapMetadata(picture);
    if (!metadata) continue;
    try {
      const image = sharp(picture, { failOn: 'error', limitInputPixels: pixels });
      const { width, height, channels } = await image.metadata();
      return { picture, metadata, width, height, channels: channels === 1 ? 1 : 3 };
    } catch {
      return undefined;
    }
  }
  return undefined;
}
