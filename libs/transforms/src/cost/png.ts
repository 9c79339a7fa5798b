import type { ByteReader } from './byte-reader.ts';

export interface PngStructure {
  readonly format: 'png';
  /** Bytes of the file. */
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA (PNG, third edition, table 8). */
  readonly colourType: number;
  /** Adam7: the decoder holds the whole picture. */
  readonly interlaced: boolean;
  /** An alpha channel, or a `tRNS` chunk that becomes one. */
  readonly alpha: boolean;
  readonly chunks: number;
  /** Frames of an APNG, which are not decoded; 1 for a still picture. */
  readonly frames: number;
}

const SIGNATURE = 8;
/** Length, type and CRC. */
const CHUNK = 12;

/** Reads `IHDR` and the heads of the other chunks. */
export function scanPng(file: ByteReader): PngStructure | undefined {
  if (file.tag(SIGNATURE + 4) !== 'IHDR') return undefined;
  const header = SIGNATURE + 8;
  const [width, height] = [file.u32(header), file.u32(header + 4)];
  const [depth, colourType] = [file.u8(header + 8), file.u8(header + 9)];
  if (width === 0 || height === 0 || ![1, 2, 4, 8, 16].includes(depth)) return undefined;
  if (![0, 2, 3, 4, 6].includes(colourType)) return undefined;
  let alpha = colourType >= 4;
  let [chunks, frames] = [0, 1];
  for (let at = SIGNATURE; at + CHUNK <= file.length; chunks += 1) {
    const type = file.tag(at + 4);
    if (type === 'tRNS') alpha = true;
    if (type === 'acTL') frames = Math.max(1, file.u32(at + 8));
    if (type === 'IEND') break;
    at += CHUNK + file.u32(at);
  }
  return {
    format: 'png',
    bytes: file.length,
    width,
    height,
    depth,
    colourType,
    interlaced: file.u8(header + 12) !== 0,
    alpha,
    chunks,
    frames,
  };
}
