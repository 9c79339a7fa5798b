import { crc32 } from 'node:zlib';
import { splitExif } from './exif.ts';
import { contentOf, latin1, uint32, type Piece, type Structure } from './piece.ts';

export const PNG_SIGNATURE = latin1('\x89PNG\r\n\x1a\n');

/** A chunk with its CRC (PNG, third edition, 5.3). */
export function pngChunk(type: string, data: Buffer, declared = data.length): Buffer {
  const named = Buffer.concat([latin1(type), data]);
  return Buffer.concat([uint32(declared), named, uint32(crc32(named))]);
}

/** Chunks. CRCs are always correct: otherwise decoders would reject every change. */
export const png: Structure = {
  split(file) {
    const pieces: Piece[] = [];
    for (let at = PNG_SIGNATURE.length; at + 12 <= file.length;) {
      const length = file.readUInt32BE(at);
      const type = file.toString('latin1', at + 4, at + 8);
      const data = file.subarray(at + 8, at + 8 + length);
      pieces.push(type === 'eXIf' ? { type, data, inner: splitExif(data) } : { type, data });
      at += 12 + length;
    }
    return pieces;
  },
  join: (pieces) =>
    Buffer.concat([
      PNG_SIGNATURE,
      ...pieces.map((piece) => pngChunk(piece.type, contentOf(piece), piece.declared)),
    ]),
};
