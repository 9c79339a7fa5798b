import { contentOf, latin1, uint32, type Piece, type Structure } from './piece.ts';

/** Boxes that contain boxes, and the number of bytes before the inner boxes (ISO/IEC 14496-12, 23008-12). */
const CONTAINERS: Readonly<Record<string, number>> = {
  meta: 4,
  iprp: 0,
  ipco: 0,
  iinf: 6,
  iref: 4,
};

function joinBoxes(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map((piece) => box(piece.type, contentOf(piece), piece.declared)));
}

export function box(type: string, data: Buffer, declared = data.length): Buffer {
  return Buffer.concat([uint32(declared + 8), latin1(type), data]);
}

function splitBoxes(bytes: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + length);
    const head = CONTAINERS[type];
    pieces.push(
      head === undefined
        ? { type, data }
        : {
            type,
            data,
            inner: {
              prefix: data.subarray(0, head),
              pieces: splitBoxes(data.subarray(head)),
              join: joinBoxes,
            },
          },
    );
    at += Math.max(8, length);
  }
  return pieces;
}

/** The boxes of an AVIF file. Offsets in `iloc` count from the start of the file: moving data makes them wrong. */
export const avif: Structure = { split: splitBoxes, join: joinBoxes };
