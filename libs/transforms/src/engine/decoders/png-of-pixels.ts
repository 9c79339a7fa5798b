import { crc32, deflateSync } from 'node:zlib';
import type { AnyPixels } from '../../bound-transform.ts';
import type { DecoderHeader } from '../../define-decoder.ts';
import { pngChunk } from '../colour/png-colours.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Colour types of PNG by channels (third edition, 11.2.1). */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;
/** A profile, or XMP, that is longer is left out: libpng and libspng refuse such chunks. */
const MAX_METADATA = 8 * 1024 * 1024;

/** What a PNG says about its pixels. */
export type PixelHeader = Omit<DecoderHeader, 'cost' | 'pages'>;

/** IHDR and the metadata of a picture. A file without its pixels is enough to read the header with sharp. */
function headerChunks(header: PixelHeader): Buffer[] {
  const { width, height, channels, depth, icc, colours, exif, xmp } = header;
  const { orientation = 1, density } = header;
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  // Values of floating point are shown in 16 bits.
  size.set([depth === 8 ? 8 : 16, COLOUR_TYPES[channels], 0, 0, 0], 8);
  return [
    SIGNATURE,
    pngChunk('IHDR', size),
    ...(icc && icc.length <= MAX_METADATA
      ? [
          pngChunk(
            'iCCP',
            Buffer.concat([Buffer.from('ICC\0\0', 'latin1'), deflateSync(icc, { level: 1 })]),
          ),
        ]
      : colours
        ? [pngChunk('cICP', Buffer.from([colours.primaries, colours.transfer, 0, 1]))]
        : []),
    ...(density === undefined ? [] : [pngChunk('pHYs', physicalSize(density))]),
    ...exifChunks(exif, orientation),
    ...(xmp !== undefined && xmp.length <= MAX_METADATA
      ? [pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`))]
      : []),
  ];
}

const METRE_PER_INCH = 0.0254;

function physicalSize(density: number): Buffer {
  const size = Buffer.alloc(9);
  size.writeUInt32BE(Math.round(density / METRE_PER_INCH), 0);
  size.writeUInt32BE(Math.round(density / METRE_PER_INCH), 4);
  // The unit is a metre.
  size[8] = 1;
  return size;
}

function exifChunks(exif: Uint8Array | undefined, orientation: number): Buffer[] {
  const block = exif && exif.length <= MAX_METADATA ? exif : undefined;
  if (!block && orientation === 1) return [];
  return [pngChunk('eXIf', withOrientation(block ?? EMPTY_EXIF, orientation))];
}

const END = pngChunk('IEND', Buffer.alloc(0));

/** A PNG that holds everything but the pixels. */
export function pngOfHeader(header: PixelHeader): Buffer {
  return Buffer.concat([
    ...headerChunks(header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(0))),
    END,
  ]);
}

/** Bytes of a block of a zlib stream that is not compressed (RFC 1951, 3.2.4). */
const BLOCK = 65_535;
/** The start of such a stream (RFC 1950). */
const ZLIB = [0x78, 0x01];

/**
 * An uncompressed PNG, in the only copy that is made of the pixels. libvips reads its pixels, colours and metadata as those
 * of any other upload.
 */
export function pngOfPixels(header: PixelHeader, data: AnyPixels['data']): Buffer {
  const { height } = header;
  const samples = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const row = samples.length / height;
  // The first byte of a row is its filter: none.
  const line = Buffer.alloc(1 + row);
  const rows = height * line.length;
  const blocks = Math.ceil(rows / BLOCK);
  const head = Buffer.concat(headerChunks(header));
  const idat = ZLIB.length + 5 * blocks + rows + 4;
  const file = Buffer.alloc(head.length + 8 + idat + 4 + END.length);
  head.copy(file);
  file.writeUInt32BE(idat, head.length);
  file.write('IDAT', head.length + 4, 'latin1');
  const start = head.length + 8;
  file.set(ZLIB, start);
  for (let block = 0; block < blocks; block += 1) {
    const at = start + ZLIB.length + block * (BLOCK + 5);
    const length = Math.min(BLOCK, rows - block * BLOCK);
    file[at] = block + 1 === blocks ? 1 : 0;
    file.writeUInt16LE(length, at + 1);
    file.writeUInt16LE(BLOCK - length, at + 3);
  }
  const checksum = new Adler32();
  for (let y = 0; y < height; y += 1) {
    samples.copy(line, 1, y * row, (y + 1) * row);
    // Samples of PNG are big-endian.
    if (data instanceof Uint16Array) line.subarray(1).swap16();
    checksum.add(line);
    for (let from = 0; from < line.length;) {
      const at = y * line.length + from;
      const end = Math.min(line.length, from + BLOCK - (at % BLOCK));
      line.copy(file, start + ZLIB.length + 5 * (Math.floor(at / BLOCK) + 1) + at, from, end);
      from = end;
    }
  }
  const end = start + idat;
  file.writeUInt32BE(checksum.value, end - 4);
  file.writeUInt32BE(crc32(file.subarray(start - 4, end)), end);
  END.copy(file, end + 4);
  return file;
}

/** The checksum of zlib streams (RFC 1950, 8.2). */
class Adler32 {
  #a = 1;
  #b = 0;

  add(bytes: Uint8Array): void {
    let [a, b] = [this.#a, this.#b];
    // Of so few bytes, the sums stay below 2³¹.
    for (let from = 0; from < bytes.length; from += 2000) {
      const end = Math.min(bytes.length, from + 2000);
      for (let at = from; at < end; at += 1) {
        a += bytes[at] ?? 0;
        b += a;
      }
      a %= 65_521;
      b %= 65_521;
    }
    [this.#a, this.#b] = [a, b];
  }

  get value(): number {
    return this.#b * 65_536 + this.#a;
  }
}

const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRY = 12;
/** A little-endian block whose only directory has no entries. */
const EMPTY_EXIF = Buffer.from('49492a0008000000000000000000', 'hex');

/** A copy of an EXIF block with another orientation. Other entries, and damaged blocks, stay as they are. */
function withOrientation(exif: Uint8Array, orientation: number): Buffer {
  const copy = Buffer.from(exif);
  const isLittle = copy.toString('latin1', 0, 2) === 'II';
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  try {
    const start = view.getUint32(4, isLittle);
    const count = view.getUint16(start, isLittle);
    const end = start + 2 + count * ENTRY;
    let found = false;
    for (let at = start + 2; at < end; at += ENTRY) {
      if (view.getUint16(at, isLittle) !== ORIENTATION) continue;
      view.setUint16(at + 8, orientation, isLittle);
      found = true;
    }
    if (found || orientation === 1) return copy;
    // A directory with the entry comes after the block; those of a TIFF may be anywhere.
    const directory = copy.subarray(start, end + 4);
    const entry = new DataView(new ArrayBuffer(ENTRY));
    entry.setUint16(0, ORIENTATION, isLittle);
    entry.setUint16(2, SHORT, isLittle);
    entry.setUint32(4, 1, isLittle);
    entry.setUint16(8, orientation, isLittle);
    const made = Buffer.concat([
      copy,
      directory.subarray(0, 2),
      Buffer.from(entry.buffer),
      directory.subarray(2),
    ]);
    const all = new DataView(made.buffer, made.byteOffset, made.byteLength);
    all.setUint32(4, copy.length, isLittle);
    all.setUint16(copy.length, count + 1, isLittle);
    return made;
  } catch {
    // The directory ends early.
  }
  return copy;
}
