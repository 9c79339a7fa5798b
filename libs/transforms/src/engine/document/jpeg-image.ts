import { isComponents, type PageImage } from './page-image.ts';

/** Markers (ITU-T T.81, table B.1). */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;
/** Huffman coding of 8 bits; readers of PDF need not know the other processes (ISO 32000-1, 7.4.8). */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
const OTHER_FRAMES = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);

const ICC = 'ICC_PROFILE\0';
const JFIF = 'JFIF\0';
const ADOBE = 'Adobe';
/** Of a JFIF segment, up to the size of its thumbnail. */
const JFIF_BYTES = 12;

const startsWith = (content: Buffer, text: string) =>
  content.toString('latin1', 0, text.length) === text;

/** Where the entropy-coded data ends that begins here: at the next marker which is not a restart. */
function endOfScan(file: Buffer, start: number): number {
  for (let at = file.indexOf(0xff, start); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1];
    if (next === undefined) break;
    const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  return file.length;
}

/** The profile of its chunks; nothing if one is missing. */
function profileOf(chunks: readonly Buffer[]): Buffer | undefined {
  const count = chunks[0]?.[ICC.length + 1];
  const sorted = chunks.toSorted((a, b) => (a[ICC.length] ?? 0) - (b[ICC.length] ?? 0));
  const isWhole =
    sorted.length === count && sorted.every((chunk, index) => chunk[ICC.length] === index + 1);
  return isWhole ? Buffer.concat(sorted.map((chunk) => chunk.subarray(ICC.length + 2))) : undefined;
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** What an application segment means for the picture. */
function keptOf(marker: number, content: Buffer): Buffer | undefined {
  // It may have a thumbnail, which could show more than the picture.
  if (marker === APP0 && startsWith(content, JFIF) && content.length >= JFIF_BYTES)
    return segment(marker, Buffer.concat([content.subarray(0, JFIF_BYTES), Buffer.alloc(2)]));
  return marker === APP14 && startsWith(content, ADOBE) ? segment(marker, content) : undefined;
}

/** Component identifiers that decoders without other signs take for YCbCr. */
function isUsual(frame: Buffer): boolean {
  return [0, 1, 2].every((index) => frame[6 + 3 * index] === index + 1);
}

/**
 * A JPEG for a PDF, with its compressed data as it is. Metadata, comments, thumbnails and whatever follows the picture are
 * left out: the document needs none of it, and it could hold a position.
 *
 * @returns nothing if readers of PDF could show it differently, or not at all
 */
export function jpegImage(source: Uint8Array): PageImage | undefined {
  const file = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (file[0] !== 0xff || file[1] !== SOI) return undefined;
  const pieces: Buffer[] = [file.subarray(0, 2)];
  const chunks: Buffer[] = [];
  const named = new Set<number>();
  let frame: Buffer | undefined;
  let at = 2;
  for (;;) {
    const marker = file[at + 1];
    if (file[at] !== 0xff || marker === undefined) return undefined;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === EOI) break;
    if (at + 4 > file.length) return undefined;
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (end > file.length || end < at + 4 || OTHER_FRAMES.has(marker)) return undefined;
    const content = file.subarray(at + 4, end);
    if (FRAMES.has(marker)) frame ??= content;
    if (marker === APP2 && startsWith(content, ICC)) chunks.push(content);
    const isOther = (marker >= APP0 && marker <= APP15) || marker === COM;
    const kept = isOther ? keptOf(marker, content) : file.subarray(at, end);
    if (kept && isOther) named.add(marker);
    if (kept) pieces.push(kept);
    at = marker === SOS ? endOfScan(file, end) : end;
    if (marker === SOS) pieces.push(file.subarray(end, at));
  }
  if (!frame || frame.length < 6 || frame[0] !== 8) return undefined;
  const [height, width, components] = [frame.readUInt16BE(1), frame.readUInt16BE(3), frame[5] ?? 0];
  if (width === 0 || height === 0 || !isComponents(components)) return undefined;
  if (components === 3 && named.size === 0 && !isUsual(frame)) return undefined;
  const icc = profileOf(chunks);
  return {
    ...{ width, height, components, bits: 8, filter: 'DCTDecode' },
    data: Buffer.concat([...pieces, file.subarray(at, at + 2)]),
    ...(icc && { icc }),
    ...(components === 4 && named.has(APP14) && { isInverted: true }),
  };
}
