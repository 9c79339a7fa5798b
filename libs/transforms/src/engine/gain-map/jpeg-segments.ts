/** A segment of a JPEG's header. */
interface Segment {
  readonly marker: number;
  /** Without marker and length. */
  readonly content: Buffer;
  /** Where `content` begins in the file, bytes. */
  readonly start: number;
}

/** Application segments (ITU-T T.81, table B.1). */
export const APP1 = 0xe1;
export const APP2 = 0xe2;

/** More than any camera writes: a colour profile may take 255 of them (ICC.1:2022, B.4). */
const MAX_SEGMENTS = 1000;
const SOI = 0xd8;
const SOS = 0xda;

/** Whether a JPEG begins here (ITU-T T.81, B.2.1). */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * Yields the segments before the first scan, at most 1,000 including fill bytes. Stops at damage; yields nothing for other
 * formats (ITU-T T.81, B.1.1.4).
 */
export function* headerSegments(bytes: Uint8Array): Generator<Segment, void> {
  if (!isJpeg(bytes)) return;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    if (file[at] !== 0xff || at + 4 > file.length) return;
    const marker = file.readUInt8(at + 1);
    // Fill bytes of 0xff may precede a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (marker === SOS || end > file.length) return;
    yield { marker, content: file.subarray(at + 4, end), start: at + 4 };
    at = end;
  }
}

const SIGNATURE = 'MPF\0';
/** MP Entry, in the MP Index IFD (CIPA DC-007, 5.2.3). */
const MP_ENTRY = 0xb002;
const IFD_ENTRY = 12;
const PICTURE = 16;
/** More than any camera writes. */
const MAX_PICTURES = 16;

/** Sizes and offsets of the pictures in the index, bytes. The first picture has offset 0. */
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
 * Returns the JPEGs after the first one in its file, by its Multi-Picture Format index (CIPA DC-007, 5.2). Returns an
 * empty list if the index is damaged, for example by an editor that does not support it.
 */
export function otherPictures(file: Uint8Array): readonly Uint8Array[] {
  for (const { marker, content, start } of headerSegments(file)) {
    if (marker !== APP2 || content.toString('latin1', 0, SIGNATURE.length) !== SIGNATURE) continue;
    // Offsets count from the byte-order mark after the signature.
    const origin = start + SIGNATURE.length;
    try {
      const pictures = entries(content.subarray(SIGNATURE.length))
        .filter(({ offset }) => offset > 0)
        .map(({ size, offset }) => file.subarray(origin + offset, origin + offset + size))
        .filter(isJpeg);
      // Pictures of honest files do not overlap. A file must not cost more than one look at each of its bytes.
      const bytes = pictures.reduce((sum, { length }) => sum + length, 0);
      return bytes <= file.length ? pictures : [];
    } catch (cause) {
      if (cause instanceof RangeError) return [];
      throw cause;
    }
  }
  return [];
}
