/** Bytes of one value of each type, from type 1 on (TIFF 6.0, section 2; CIPA DC-008, 4.6.2). */
const SIZES = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** Entries that lead to another directory: EXIF, GPS, interoperability (CIPA DC-008, 4.6.3). */
const POINTERS = new Set([0x8769, 0x8825, 0xa005]);
/** Byte order, the number 42 and the offset of the first directory. */
const HEADER = 8;
const ENTRY = 12;
/** More directories than any camera writes. */
const MAX_DIRECTORIES = 16;

/**
 * Shortens values whose declared length cannot be true to one byte: a value that is longer than the block, and values
 * whose sum is longer than the block. A parser that trusts such lengths allocates up to 2^32 numbers.
 *
 * @param block begins with a TIFF header; other input is returned unchanged
 */
export function limitExifLengths(block: Buffer): Buffer {
  const order = block.toString('latin1', 0, 2);
  if (block.length < HEADER || (order !== 'II' && order !== 'MM')) return block;
  const isLittle = order === 'II';
  const copy = Buffer.from(block);
  const uint16 = (at: number) => (isLittle ? copy.readUInt16LE(at) : copy.readUInt16BE(at));
  const uint32 = (at: number) => (isLittle ? copy.readUInt32LE(at) : copy.readUInt32BE(at));

  let bytesLeft = block.length;
  const directories = new Set([uint32(4)]);
  // Iteration over a Set includes members that are added during the iteration.
  for (const start of directories) {
    // Zero marks the last directory.
    if (start < HEADER || start + 2 > copy.length) continue;
    const room = Math.floor((copy.length - start - 2) / ENTRY);
    const end = start + 2 + ENTRY * Math.min(uint16(start), room);
    for (let at = start + 2; at < end; at += ENTRY) {
      const bytes = uint32(at + 4) * (SIZES[uint16(at + 2) - 1] ?? 1);
      if (bytes > bytesLeft) oneByte(copy, at, isLittle);
      else bytesLeft -= bytes;
      if (POINTERS.has(uint16(at))) directories.add(uint32(at + 8));
    }
    if (end + 4 <= copy.length) directories.add(uint32(end));
    if (directories.size > MAX_DIRECTORIES) return Buffer.alloc(0);
  }
  return copy;
}

function oneByte(copy: Buffer, at: number, isLittle: boolean): void {
  copy.fill(0, at + 2, at + 8);
  copy.writeUInt8(1, isLittle ? at + 2 : at + 3);
  copy.writeUInt8(1, isLittle ? at + 4 : at + 7);
}

/** What an EXIF block in JPEG, WebP and AVIF starts with before its TIFF header (CIPA DC-008, 4.7.2). */
const PREFIX = 'Exif\0\0';

/** The TIFF structure of an EXIF block. */
export function withoutPrefix(exif: Uint8Array): Buffer {
  const block = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  const isPrefixed = block.toString('latin1', 0, PREFIX.length) === PREFIX;
  return isPrefixed ? block.subarray(PREFIX.length) : block;
}

/**
 * Reads the raw tags of an EXIF block: strings, numbers and lists of numbers. Damaged EXIF does not reject a picture; it
 * counts as empty.
 */
export async function readExif(
  exif: Uint8Array | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (!exif) return {};
  // Loaded for the first upload that has EXIF: a cold start takes noticeably longer with it.
  const { default: exifr } = await import('exifr');
  try {
    const tags: unknown = await exifr.parse(limitExifLengths(withoutPrefix(exif)), {
      tiff: true,
      exif: true,
      gps: true,
      reviveValues: false,
      translateValues: false,
    });
    return (tags ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The text of a tag in one line, without control characters; empty for other values. */
export function plainText(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}
