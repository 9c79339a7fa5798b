import { codedBytes, scanAvif, type AvifStructure } from './avif.ts';
import { ByteReader } from './byte-reader.ts';
import { scanGif, type GifStructure } from './gif.ts';
import { scanJpeg, type JpegStructure } from './jpeg.ts';
import { scanPng, type PngStructure } from './png.ts';
import { scanTiff, type TiffStructure } from './tiff.ts';
import { scanWebp, type WebpStructure } from './webp.ts';

/** What a decoder takes: CPU seconds, and MiB that it keeps. */
interface Reading {
  readonly cpuSeconds: number;
  readonly memory: number;
}

/** What a decoder takes for a page. */
export interface ReadingCost extends Reading {
  /** In addition, for each megapixel of the size that is read. Default: nothing. */
  readonly perMegapixel?: Reading;
}

/** What the decoder of another format has found in a header (`defineDecoder`). */
export interface DecodedStructure {
  readonly format: 'decoded';
  /** Bytes of the file. */
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bits per sample: 8 or 16. */
  readonly depth: number;
  /** What the decoder takes, once per page. */
  readonly reading: ReadingCost;
  /** The decoder returns any size that it is asked for. */
  readonly scales?: true;
  /** The decoder's options, with defaults; plain JSON. Left out if it has none. */
  readonly options?: unknown;
}

/** The properties of a file that decide what decoding it costs. Plain JSON; read without a decoder. */
export type Structure =
  | JpegStructure
  | PngStructure
  | WebpStructure
  | GifStructure
  | TiffStructure
  | AvifStructure
  | DecodedStructure;

/** Of a file that may have frames. */
export type AnimationStructure = WebpStructure | GifStructure;

const SCANNERS: Readonly<Record<string, (file: ByteReader) => Structure | undefined>> = {
  jpeg: scanJpeg,
  png: scanPng,
  webp: scanWebp,
  gif: scanGif,
  tiff: scanTiff,
  avif: scanAvif,
  // Not svg: its cost depends on its drawing, such as filters, patterns and nested `use` elements.
};

export interface Scanned {
  /** Left out if the cost of the file cannot be estimated. */
  readonly structure?: Structure;
  /** Bytes that the scanner looked at: at most `MAX_WORK_PER_BYTE` for each byte of the file. */
  readonly work: number;
}

/** The most that a scanner looks at one byte, with a little for the file's head. */
export const MAX_WORK_PER_BYTE = 16;

/**
 * Reads the structure of a file in one pass: chunks, segments, boxes and directories, no pixels. The time is linear in
 * the file's length. It never throws, whatever the bytes are.
 *
 * @param format a format of uploads; others have no structure
 */
export function scanStructure(source: Uint8Array, format: string): Scanned {
  const file = new ByteReader(source);
  const structure = SCANNERS[format]?.(file);
  return { ...(structure && { structure }), work: file.work };
}

/**
 * Coded bytes of a HEIF file's primary picture with its auxiliary pictures. A grid may name the same bytes for many tiles:
 * they count as often. It never throws, whatever the bytes are.
 */
export function heifCodedBytes(source: Uint8Array): number {
  return codedBytes(new ByteReader(source));
}
