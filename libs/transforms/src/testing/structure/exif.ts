import type { Inner } from './piece.ts';
import { tiff } from './tiff.ts';

/** What an EXIF block may start with before its TIFF header (CIPA DC-008, 4.7.2). */
export const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1');

export function isExif(data: Buffer): boolean {
  return data.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX);
}

/** An EXIF block is a TIFF file. */
export function splitExif(data: Buffer): Inner {
  const start = isExif(data) ? EXIF_PREFIX.length : 0;
  return {
    prefix: data.subarray(0, start),
    pieces: tiff.split(data.subarray(start)),
    join: (pieces) => tiff.join(pieces),
  };
}
