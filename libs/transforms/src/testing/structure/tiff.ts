import { contentOf, type Piece, type Structure } from './piece.ts';

const ENTRY = 12;

/** A directory: the number of its entries, which is always right unless declared otherwise. */
function joinEntries(isLittle: boolean) {
  return (pieces: readonly Piece[]): Buffer => {
    const count = Buffer.alloc(2);
    if (isLittle) count.writeUInt16LE(pieces.length & 0xffff);
    else count.writeUInt16BE(pieces.length & 0xffff);
    return Buffer.concat([count, ...pieces.map(({ data }) => data)]);
  };
}

/**
 * The first directory's entries, 12 bytes each: tag, type, count, value or offset (TIFF 6.0, section 2), and the data
 * before and after them. Offsets count from the start of the file: moving data makes them wrong.
 */
export const tiff: Structure = {
  split(file) {
    if (file.length < 8) return [{ type: 'all', data: file }];
    const isLittle = file.toString('latin1', 0, 2) === 'II';
    const start = isLittle ? file.readUInt32LE(4) : file.readUInt32BE(4);
    if (start + 2 > file.length) return [{ type: 'all', data: file }];
    const count = isLittle ? file.readUInt16LE(start) : file.readUInt16BE(start);
    const end = Math.min(file.length, start + 2 + count * ENTRY);
    const entries = Array.from({ length: Math.floor((end - start - 2) / ENTRY) }, (_, index) => ({
      type: 'entry',
      data: file.subarray(start + 2 + index * ENTRY, start + 2 + (index + 1) * ENTRY),
    }));
    const join = joinEntries(isLittle);
    return [
      { type: 'before', data: file.subarray(0, start) },
      {
        type: 'directory',
        data: file.subarray(start, end),
        inner: { prefix: Buffer.alloc(0), pieces: entries, join },
      },
      { type: 'behind', data: file.subarray(end) },
    ];
  },
  join: (pieces) => Buffer.concat(pieces.map(contentOf)),
};
