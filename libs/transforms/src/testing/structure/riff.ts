import { splitExif } from './exif.ts';
import { contentOf, latin1, uint32LE, type Piece, type Structure } from './piece.ts';

/** RIFF, its length and WEBP. */
const HEAD = 12;

export function riffChunk(type: string, data: Buffer, declared = data.length): Buffer {
  return Buffer.concat([latin1(type), uint32LE(declared), data, Buffer.alloc(data.length % 2)]);
}

function splitChunks(bytes: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const type = bytes.toString('latin1', at, at + 4);
    // A frame: 16 bytes of place and time, then chunks (WebP container specification, "Animation").
    const inner =
      type === 'ANMF'
        ? { prefix: data.subarray(0, 16), pieces: splitChunks(data.subarray(16)), join: joinChunks }
        : type === 'EXIF'
          ? splitExif(data)
          : undefined;
    pieces.push(inner ? { type, data, inner } : { type, data });
    at += 8 + length + (length % 2);
  }
  return pieces;
}

function joinChunks(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => riffChunk(piece.type, contentOf(piece), piece.declared)),
  );
}

/** Chunks of a WebP file; the file's own length is always right. */
export const webp: Structure = {
  split: (file) => splitChunks(file.subarray(HEAD)),
  join(pieces) {
    const chunks = joinChunks(pieces);
    return Buffer.concat([latin1('RIFF'), uint32LE(chunks.length + 4), latin1('WEBP'), chunks]);
  },
};
