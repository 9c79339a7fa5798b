import type { Piece, Structure } from './piece.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;

/** Bytes of a colour table that the flags announce (GIF89a, 18 and 20). */
function tableLength(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Where the chain of sub-blocks that begins at `from` ends, its terminator included. */
function endOfBlocks(file: Buffer, from: number): number {
  let at = from;
  for (let length = file[at] ?? 0; length > 0; length = file[at] ?? 0) at += 1 + length;
  return at + 1;
}

/** The head with its colour table, extensions, image descriptors, their pixels, the end. */
export const gif: Structure = {
  split(file) {
    const pieces: Piece[] = [];
    const take = (type: string, from: number, to: number) => {
      pieces.push({ type, data: file.subarray(from, to) });
      return to;
    };
    let at = take('head', 0, 13 + tableLength(file[10] ?? 0));
    while (at < file.length) {
      if (file[at] === EXTENSION) {
        at = take('extension', at, endOfBlocks(file, at + 2));
      } else if (file[at] === IMAGE) {
        at = take('image', at, at + 10 + tableLength(file[at + 9] ?? 0));
        at = take('pixels', at, endOfBlocks(file, at + 1));
      } else {
        at = take('end', at, file.length);
      }
    }
    return pieces;
  },
  join: (pieces) => Buffer.concat(pieces.map(({ data }) => data)),
};
