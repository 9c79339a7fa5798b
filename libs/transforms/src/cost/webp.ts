import type { ByteReader } from './byte-reader.ts';

export interface WebpStructure {
  readonly format: 'webp';
  /** Bytes of the file. */
  readonly bytes: number;
  /** The canvas, or the largest frame if that is larger. */
  readonly width: number;
  readonly height: number;
  /** `ANMF` chunks; 1 for a still picture. */
  readonly frames: number;
  readonly animated: boolean;
  /** Bytes of the largest frame. */
  readonly largestFrame: number;
  /** A frame is coded without loss, which holds the whole frame. */
  readonly lossless: boolean;
  /** A frame has an alpha channel. */
  readonly alpha: boolean;
  /** Chunks of the file and of its frames. */
  readonly chunks: number;
}

/** `RIFF`, the length and `WEBP`. */
const HEAD = 12;
/** Name and length. */
const CHUNK = 8;
/** An `ANMF` chunk starts with the frame's place, size, duration and flags. */
const FRAME_HEAD = 16;

/**
 * Reads the heads of all chunks, also behind the length that the file declares: a decoder that believes the length
 * finds less.
 */
export function scanWebp(file: ByteReader): WebpStructure | undefined {
  let [width, height, frames, chunks, largestFrame] = [0, 0, 0, 0, 0];
  let [lossless, alpha, animated] = [false, false, false];
  const size = (across: number, down: number) => {
    width = Math.max(width, across);
    height = Math.max(height, down);
  };
  for (let at = HEAD; at + CHUNK <= file.length; chunks += 1) {
    const type = file.tag(at);
    const data = at + CHUNK;
    const length = file.u32(at + 4, true);
    if (type === 'ANMF') {
      frames += 1;
      largestFrame = Math.max(largestFrame, Math.min(length, file.length));
      size(file.u24(data + 6, true) + 1, file.u24(data + 9, true) + 1);
      // The chunks of the frame come next.
      at = data + FRAME_HEAD;
      continue;
    }
    if (type === 'VP8X') {
      const flags = file.u8(data);
      animated ||= (flags & 0x02) !== 0;
      alpha ||= (flags & 0x10) !== 0;
      size(file.u24(data + 4, true) + 1, file.u24(data + 7, true) + 1);
    } else if (type === 'VP8 ') {
      size(file.u16(data + 6, true) & 0x3fff, file.u16(data + 8, true) & 0x3fff);
    } else if (type === 'VP8L') {
      const bits = file.u32(data + 1, true);
      lossless = true;
      alpha ||= ((bits >>> 28) & 1) === 1;
      size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    } else if (type === 'ALPH') alpha = true;
    at = data + length + (length % 2);
  }
  if (width === 0 || height === 0) return undefined;
  return {
    format: 'webp',
    bytes: file.length,
    width,
    height,
    frames: Math.max(1, frames),
    animated: animated || frames > 0,
    largestFrame: frames > 0 ? largestFrame : file.length,
    lossless,
    alpha,
    chunks,
  };
}
