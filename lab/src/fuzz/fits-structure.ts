import {
  contentOf,
  latin1,
  type Piece,
  type Structure,
} from '@darkroom/transforms/testing/structure/piece.ts';

const BLOCK = 2880;
const CARD = 80;
const HEADER = /^(?:SIMPLE {2}=|XTENSION=)/;
const SPACE = 0x20;

const joined = (pieces: readonly Piece[]): Buffer => Buffer.concat(pieces.map(contentOf));

function sized(data: Buffer, length: number): Buffer {
  return Buffer.concat([data, Buffer.alloc(Math.max(0, length - data.length), SPACE)], length);
}

/** A declared length is the card's number: the numbers of a header are lengths. */
function cardOf({ declared, ...piece }: Piece): Buffer {
  const data = sized(contentOf(piece), CARD);
  if (declared !== undefined) data.write(String(declared).padStart(20), 10, 'latin1');
  return data;
}

function cards(pieces: readonly Piece[]): Buffer {
  const all = Buffer.concat(pieces.map(cardOf));
  return sized(all, Math.ceil(all.length / BLOCK) * BLOCK);
}

function divided(data: Buffer): Piece {
  const pieces = [
    { type: 'keyword', data: data.subarray(0, 10) },
    { type: 'value', data: data.subarray(10, 30) },
    { type: 'comment', data: data.subarray(30) },
  ];
  return { type: 'card', data, inner: { prefix: latin1(''), pieces, join: joined } };
}

/** The cards of headers, and blocks of data. Headers keep whole cards and blocks: a reader would find nothing else in them. */
export const fits: Structure = {
  split(file) {
    const pieces: Piece[] = [];
    let at = 0;
    while (at < file.length) {
      if (!HEADER.test(file.toString('latin1', at, at + 9))) {
        pieces.push({ type: 'block', data: file.subarray(at, at + BLOCK) });
        at += BLOCK;
        continue;
      }
      const own: Piece[] = [];
      const start = at;
      for (let isEnd = false; !isEnd && at < file.length; at += CARD) {
        const data = file.subarray(at, at + CARD);
        isEnd = data.toString('latin1', 0, 8) === 'END     ';
        own.push(divided(data));
      }
      at = Math.min(file.length, Math.ceil(at / BLOCK) * BLOCK);
      const inner = { prefix: latin1(''), pieces: own, join: cards };
      pieces.push({ type: 'header', data: file.subarray(start, at), inner });
    }
    return pieces;
  },
  join: joined,
};
