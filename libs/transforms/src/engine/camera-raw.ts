/** Tags of a TIFF directory (TIFF 6.0; DNG 1.7) that tell a camera raw file, most of which are TIFFs inside. */
const SUBFILE = 254;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const MAKE = 271;

/** Pixels as a sensor has them: a colour filter array, or linear. */
const SENSOR_PHOTOMETRICS = new Set([32_803, 34_892]);
/** Of Sony, Samsung, Nikon, Kodak and Pentax. */
const MAKERS_COMPRESSIONS = new Set([32_767, 32_770, 34_713, 65_000, 65_535]);

const TAG_BYTES = 12;
/** More tags than that has no first directory that we know. */
const MOST_TAGS = 512;

/** The first directory's tags, with the value of those that hold one small number. */
function tagsOf(tiff: Uint8Array): ReadonlyMap<number, number> {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const tags = new Map<number, number>();
  try {
    const start = view.getUint32(4, little);
    const count = Math.min(MOST_TAGS, view.getUint16(start, little));
    for (let index = 0; index < count; index++) {
      const at = start + 2 + index * TAG_BYTES;
      const isShort = view.getUint16(at + 2, little) === 3;
      const value = isShort ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
      tags.set(view.getUint16(at, little), value);
    }
  } catch {
    // A directory that is cut off: what was read counts.
  }
  return tags;
}

/**
 * Whether a TIFF is a camera's raw file: it holds what a sensor saw, or it begins with a camera's thumbnail, which
 * is all that libvips would read of it.
 */
export function isCameraRaw(tiff: Uint8Array): boolean {
  const tags = tagsOf(tiff);
  const isThumbnail = ((tags.get(SUBFILE) ?? 0) & 1) === 1;
  return (
    (isThumbnail && tags.has(MAKE)) ||
    SENSOR_PHOTOMETRICS.has(tags.get(PHOTOMETRIC) ?? 0) ||
    MAKERS_COMPRESSIONS.has(tags.get(COMPRESSION) ?? 0)
  );
}
