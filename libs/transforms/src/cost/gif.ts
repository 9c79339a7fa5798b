import type { ByteReader } from './byte-reader.ts';

export interface GifStructure {
  readonly format: 'gif';
  /** Bytes of the file. */
  readonly bytes: number;
  /** The logical screen, which the first frame may enlarge. Other frames are clipped to it. */
  readonly width: number;
  readonly height: number;
  /** Image blocks, at least 1. */
  readonly frames: number;
  /** Most pixels that are decoded of a frame behind the first one: also those right of the screen, but none below it. */
  readonly framePixels: number;
  /** A frame restores what was there before it, which the decoder keeps. */
  readonly restores: boolean;
}

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;

/** Bytes of a colour table, by the flags that announce it. */
function colourTable(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** @returns the offset behind the sub-blocks that start at `at` */
function skipSubBlocks(file: ByteReader, at: number): number {
  let next = at;
  while (next < file.length) {
    const length = file.u8(next);
    next += 1 + length;
    if (length === 0) break;
  }
  return next;
}

/** Reads the heads of all blocks up to the trailer. */
export function scanGif(file: ByteReader): GifStructure | undefined {
  let [width, height] = [file.u16(6, true), file.u16(8, true)];
  let [frames, framePixels] = [0, 0];
  let restores = false;
  for (let at = 13 + colourTable(file.u8(10)); at < file.length;) {
    const block = file.u8(at);
    if (block === IMAGE) {
      frames += 1;
      const [left, top] = [file.u16(at + 1, true), file.u16(at + 3, true)];
      const [across, down] = [file.u16(at + 5, true), file.u16(at + 7, true)];
      if (frames === 1) {
        width = Math.max(width, left + across);
        height = Math.max(height, top + down);
      } else if (left < width && top < height) {
        framePixels = Math.max(framePixels, across * Math.min(down, height - top));
      }
      // The minimum code size is one byte before the data.
      at = skipSubBlocks(file, at + 10 + colourTable(file.u8(at + 9)) + 1);
    } else if (block === EXTENSION) {
      if (file.u8(at + 1) === GRAPHIC_CONTROL) restores ||= ((file.u8(at + 3) >> 2) & 7) === 3;
      at = skipSubBlocks(file, at + 2);
    } else break;
  }
  if (frames === 0 || width === 0 || height === 0) return undefined;
  return { format: 'gif', bytes: file.length, width, height, frames, framePixels, restores };
}
