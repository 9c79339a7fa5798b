import type { Piece, Structure } from '@darkroom/transforms/testing/structure/piece.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const joined = (pieces: readonly Piece[]): Buffer =>
  Buffer.concat(pieces.map(({ data, inner }) => (inner ? inner.join(inner.pieces) : data)));

/** Names, numbers, operators and what encloses them, each with the white space after it. */
function tokens(text: string): Piece[] {
  return (text.match(/\s*\S+\s*|\s+/g) ?? []).map((token) => ({
    type: 'token',
    data: latin1(token),
  }));
}

function divided(type: string, text: string, pieces: readonly Piece[]): Piece {
  return { type, data: latin1(text), inner: { prefix: Buffer.alloc(0), pieces, join: joined } };
}

/** A dictionary, and the data of a stream: operators if it is text. */
function object(text: string): Piece {
  const [, head = text, data, tail = ''] =
    /^([\s\S]*?stream\r?\n)([\s\S]*)(endstream[\s\S]*)$/.exec(text) ?? [];
  if (data === undefined) return divided('object', text, tokens(text));
  const isText = /^[\t\n\r -~]*$/.test(data);
  const stream = isText
    ? divided('stream', data, tokens(data))
    : { type: 'stream', data: latin1(data) };
  return divided('object', text, [...tokens(head), stream, ...tokens(tail)]);
}

/**
 * Objects, and the tokens of their dictionaries and contents. The table of their places is not corrected: PDFium searches the
 * objects of a file whose table is wrong.
 */
export const pdf: Structure = {
  split(file) {
    const parts = file.toString('latin1').split(/(\d+ \d+ obj[\s\S]*?endobj\s*)/);
    return parts
      .map((text, index) =>
        index % 2 === 1 ? object(text) : { type: 'other', data: latin1(text) },
      )
      .filter(({ data }) => data.length > 0);
  },
  join: joined,
};
