import {
  contentOf,
  type Piece,
  type Structure,
} from '@darkroom/transforms/testing/structure/piece.ts';

const PREAMBLE = 132;
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT']);
const UNDEFINED = 0xffff_ffff;

const joined = (pieces: readonly Piece[]): Buffer => Buffer.concat(pieces.map(contentOf));

/** The offset table and the fragments of compressed pixel data, and what ends them. */
function itemsOf(data: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < data.length;) {
    const length = at + 8 <= data.length ? data.readUInt32LE(at + 4) : data.length;
    const end = Math.min(data.length, at + 8 + length);
    pieces.push({ type: 'item', data: data.subarray(at, end) });
    at = end;
  }
  return pieces;
}

/** Attributes of explicit little endian; those of other transfer syntaxes are one piece. */
export const dicom: Structure = {
  split(file) {
    const pieces: Piece[] = [{ type: 'preamble', data: file.subarray(0, PREAMBLE) }];
    let at = PREAMBLE;
    while (at + 12 <= file.length) {
      const vr = file.toString('latin1', at + 4, at + 6);
      if (!/^[A-Z]{2}$/.test(vr)) break;
      const isLong = LONG.has(vr);
      const start = at + (isLong ? 12 : 8);
      const length = isLong ? file.readUInt32LE(at + 8) : file.readUInt16LE(at + 6);
      const end = length === UNDEFINED ? file.length : Math.min(file.length, start + length);
      const data = file.subarray(at, end);
      const prefix = file.subarray(at, start);
      const isFragments = length === UNDEFINED;
      pieces.push({
        type: 'attribute',
        data,
        ...(isFragments && {
          inner: { prefix, pieces: itemsOf(file.subarray(start, end)), join: joined },
        }),
      });
      at = end;
    }
    if (at < file.length) pieces.push({ type: 'other', data: file.subarray(at) });
    return pieces;
  },
  join: joined,
};
