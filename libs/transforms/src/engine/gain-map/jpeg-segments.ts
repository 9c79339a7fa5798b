/** A segment of a JPEG's header. */
export interface Segment {
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
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * The segments before the first scan, 1,000 at most with what fills the room between them; none of what is no JPEG, and none after damage (ITU-T T.81, B.1.1.4).
 */
export function* headerSegments(bytes: Uint8Array): Generator<Segment, void> {
  if (!isJpeg(bytes)) return;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    if (file[at] !== 0xff || at + 4 > file.length) return;
    const marker = file.readUInt8(at + 1);
    // Bytes of 0xff may fill the room before a marker.
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
