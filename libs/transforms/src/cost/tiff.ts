import type { ByteReader } from './byte-reader.ts';

export interface TiffStructure {
  readonly format: 'tiff';
  /** Bytes of the file. */
  readonly bytes: number;
  /** Of the first page, as are the properties that follow. */
  readonly width: number;
  readonly height: number;
  /** Bits of one sample; the largest if they differ. */
  readonly depth: number;
  /** Samples of a pixel: colours, alpha and other channels. */
  readonly samples: number;
  /** 1 unsigned, 2 signed, 3 floating point (tag 339). */
  readonly sampleFormat: number;
  /** Tag 259: 1 none, 5 LZW, 7 JPEG, 8 and 32946 deflate, … */
  readonly compression: number;
  /** Tag 262: 0 and 1 grey, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr, 8 Lab. */
  readonly photometric: number;
  /**
   * Samples of a pixel that are colours or alpha, by index, if the pixels have to be repacked. TIFFs may also hold selections, masks and
   * spot colours (tag 338, TIFF 6.0, section 18).
   */
  readonly kept?: readonly number[];
  /** The colours are multiplied by alpha (tag 338). */
  readonly isPremultiplied?: true;
  /** Chroma is as large as the picture (tag 530); only of YCbCr. */
  readonly fullChroma: boolean;
  /** Each channel has strips or tiles of its own. */
  readonly planar: boolean;
  /** Pixels of a tile; left out if the page consists of strips. */
  readonly tile?: { readonly width: number; readonly height: number };
  /** Rows of a strip, at most the height. */
  readonly rowsPerStrip: number;
  /** Offset and length of the first strip or tile, bytes; 0 if the file has none. */
  readonly dataStart: number;
  readonly dataBytes: number;
  /** Tag 266: 2 if the first pixel is the lowest bit of a byte. */
  readonly fillOrder: number;
  /** Pixels per inch, as stored (tags 282, 283 and 296); left out if the file does not say it. */
  readonly resolution?: { readonly x: number; readonly y: number };
  /** Directories, which are the pages. */
  readonly pages: number;
  /** Entries of all directories, with their values: bytes that a decoder reads to open the file. */
  readonly directoryBytes: number;
}

/** Layout of a directory: TIFF 6.0, section 2, and BigTIFF. */
interface Layout {
  readonly little: boolean;
  readonly big: boolean;
}

/** More directories are not counted; what that many cost is far above any limit. */
const MAX_DIRECTORIES = 100_000;
/** Values of a tag with one value for each sample that are read. */
const MAX_VALUES = 16;
/** Bytes of a value, by its type; unknown types count as 1 (TIFF 6.0, section 2; BigTIFF). */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8,
}; // prettier-ignore

const RATIONAL = 5;

interface Entry {
  readonly tag: number;
  readonly values: readonly number[];
  readonly valueBytes: number;
}

function readOffset(file: ByteReader, at: number, { little, big }: Layout): number {
  return big ? file.u64(at, little) : file.u32(at, little);
}

function readEntry(file: ByteReader, at: number, layout: Layout, withValues: boolean): Entry {
  const { little, big } = layout;
  const type = file.u16(at + 2, little);
  const count = readOffset(file, at + 4, layout);
  const size = TYPE_BYTES[type] ?? 1;
  const [inline, place] = big ? [8, at + 12] : [4, at + 8];
  const valueBytes = size * count;
  const start = valueBytes <= inline ? place : readOffset(file, place, layout);
  const read = (index: number) => {
    const value = start + index * size;
    if (type === RATIONAL) return file.u32(value, little) / file.u32(value + 4, little);
    if (size === 2) return file.u16(value, little);
    if (size === 4) return file.u32(value, little);
    return size === 8 ? file.u64(value, little) : file.u8(value);
  };
  const length = withValues ? Math.min(count, MAX_VALUES) : 0;
  return {
    tag: file.u16(at, little),
    values: Array.from({ length }, (_, i) => read(i)),
    valueBytes,
  };
}

/** Tags of the first directory that decide the cost, and where its pixels begin. */
const TAGS = new Set([
  256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 282, 283, 284, 296, 322, 323, 324, 325, 338,
  339, 530,
]);

interface Directories {
  readonly first: ReadonlyMap<number, readonly number[]>;
  readonly pages: number;
  readonly bytes: number;
}

/**
 * Follows the chain of directories. Directories of an honest file do not overlap: if they have more entries than the
 * file has room for, the cost is unknown.
 */
function readDirectories(file: ByteReader, start: number, layout: Layout): Directories | undefined {
  const { little, big } = layout;
  const [head, entryBytes] = big ? [8, 20] : [2, 12];
  const first = new Map<number, readonly number[]>();
  const seen = new Set<number>();
  let [at, bytes, entriesLeft] = [start, 0, file.length / entryBytes];
  while (at > 0 && at < file.length && !seen.has(at) && seen.size < MAX_DIRECTORIES) {
    const isFirst = seen.size === 0;
    seen.add(at);
    const count = big ? file.u64(at, little) : file.u16(at, little);
    entriesLeft -= count;
    if (entriesLeft < 0) return undefined;
    for (let index = 0; index < count; index += 1) {
      const place = at + head + index * entryBytes;
      const isNeeded = isFirst && TAGS.has(file.u16(place, little));
      const { tag, values, valueBytes } = readEntry(file, place, layout, isNeeded);
      // A decoder does not read values that the file does not have.
      bytes += entryBytes + Math.min(valueBytes, file.length);
      // libtiff takes the first of several equal tags.
      if (isNeeded && !first.has(tag)) first.set(tag, values);
    }
    at = readOffset(file, at + head + count * entryBytes, layout);
  }
  return seen.size === 0 ? undefined : { first, pages: seen.size, bytes };
}

/** Tag 262. */
const CMYK = 5;

/** Colours by tag 262: white or black is zero, RGB, palette, CMYK, YCbCr, Lab. */
const COLOURS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3 };

/**
 * The colours and the first extra sample that is declared as alpha. Decoders agree that a single sample which is not
 * declared at all is alpha.
 */
function keptSamples(
  photometric: number,
  samples: number,
  declared: readonly number[],
  { planar, depth }: Pick<TiffStructure, 'planar' | 'depth'>,
): readonly number[] | undefined {
  const colours = COLOURS[photometric];
  if (colours === undefined || samples <= colours) return undefined;
  const first = declared.findIndex((meaning) => meaning === 1 || meaning === 2);
  const kept = Array.from({ length: colours }, (_, index) => index);
  const isAlone = samples === colours + 1 && (declared.length === 0 || first === 0);
  // libvips takes planes of grey and alpha for interleaved samples, and reads alpha of 16-bit CMYK as 8 bits.
  const isWrong = (planar && colours === 1) || (photometric === CMYK && depth === 16);
  if (isAlone) return isWrong ? [...kept, colours] : undefined;
  return first < 0 || colours + first >= samples ? kept : [...kept, colours + first];
}

/** Units of tag 296: 2 inch, which is the default, and 3 centimetre; 1 is a ratio only. */
const PER_INCH: Readonly<Record<number, number>> = { 2: 1, 3: 2.54 };

/** Reads the chain of directories; the first one describes the page that is decoded. */
export function scanTiff(file: ByteReader): TiffStructure | undefined {
  const little = file.u8(0) === 0x49;
  const big = file.u16(2, little) === 43;
  const layout = { little, big };
  const start = big ? file.u64(8, little) : file.u32(4, little);
  const directories = readDirectories(file, start, layout);
  if (!directories) return undefined;
  const { first, pages, bytes: directoryBytes } = directories;
  const value = (tag: number, standard: number) => first.get(tag)?.[0] ?? standard;
  const [width, height] = [value(256, 0), value(257, 0)];
  const samples = value(277, 1);
  if (width === 0 || height === 0 || samples === 0) return undefined;
  const [tileWidth, tileHeight] = [value(322, 0), value(323, 0)];
  const planar = value(284, 1) === 2;
  const depth = Math.max(1, ...(first.get(258) ?? []));
  const factor = PER_INCH[value(296, 2)] ?? 0;
  const [x, y] = [value(282, 0) * factor, value(283, 0) * factor];
  const kept = keptSamples(value(262, 1), samples, first.get(338) ?? [], { planar, depth });
  return {
    format: 'tiff',
    bytes: file.length,
    width,
    height,
    depth,
    samples,
    sampleFormat: value(339, 1),
    compression: value(259, 1),
    photometric: value(262, 1),
    ...(kept && { kept }),
    ...(first.get(338)?.[0] === 1 && { isPremultiplied: true }),
    fullChroma: value(530, 2) === 1,
    planar,
    ...(tileWidth > 0 && tileHeight > 0 && { tile: { width: tileWidth, height: tileHeight } }),
    rowsPerStrip: Math.max(1, Math.min(height, value(278, height))),
    dataStart: value(324, value(273, 0)),
    dataBytes: value(325, value(279, 0)),
    fillOrder: value(266, 1),
    ...(x > 0 && y > 0 && x + y < Infinity && { resolution: { x, y } }),
    pages,
    directoryBytes,
  };
}
