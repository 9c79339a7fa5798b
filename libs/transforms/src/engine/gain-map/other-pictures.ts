import { APP2, headerSegments, isJpeg } from './jpeg-segments.ts';

const SIGNATURE = 'MPF\0';
/** MP Entry, in the MP Index IFD (CIPA DC-007, 5.2.3). */
const MP_ENTRY = 0xb002;
const IFD_ENTRY = 12;
const PICTURE = 16;
/** More than any camera writes. */
const MAX_PICTURES = 16;

/** Where the index says that pictures stand: sizes and offsets, bytes; 0 is the first picture's own offset. */
function entries(index: Buffer): readonly { readonly size: number; readonly offset: number }[] {
  const isLittle = index.toString('latin1', 0, 2) === 'II';
  const uint16 = (at: number) => (isLittle ? index.readUInt16LE(at) : index.readUInt16BE(at));
  const uint32 = (at: number) => (isLittle ? index.readUInt32LE(at) : index.readUInt32BE(at));
  const directory = uint32(4);
  const tags = Array.from(
    { length: uint16(directory) },
    (_, tag) => directory + 2 + tag * IFD_ENTRY,
  );
  const tag = tags.find((at) => uint16(at) === MP_ENTRY);
  if (tag === undefined) return [];
  const count = Math.min(MAX_PICTURES, Math.floor(uint32(tag + 4) / PICTURE));
  const first = uint32(tag + 8);
  return Array.from({ length: count }, (_, picture) => {
    const at = first + picture * PICTURE;
    return { size: uint32(at + 4), offset: uint32(at + 8) };
  });
}

/**
 * The JPEGs that stand behind the first one in its file, by its Multi-Picture Format index (CIPA DC-007, 5.2); none where
 * the index is damaged, as after an editor that does not know of it.
 */
export function otherPictures(file: Uint8Array): readonly Uint8Array[] {
  for (const { marker, content, start } of headerSegments(file)) {
    if (marker !== APP2 || content.toString('latin1', 0, SIGNATURE.length) !== SIGNATURE) continue;
    // Offsets count from the byte order, behind the signature.
    const origin = start + SIGNATURE.length;
    try {
      return entries(content.subarray(SIGNATURE.length))
        .filter(({ offset }) => offset > 0)
        .map(({ size, offset }) => file.subarray(origin + offset, origin + offset + size))
        .filter(isJpeg);
    } catch (cause) {
      if (cause instanceof RangeError) return [];
      throw cause;
    }
  }
  return [];
}
