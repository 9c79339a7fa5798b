/** A part of a file as its format divides it: a chunk, a segment, a block, a directory's entry, a box. */
export interface Piece {
  /** Its name in the format, as Latin-1. */
  readonly type: string;
  readonly data: Buffer;
  /** The length that the file says it has, bytes; default the true one. Ignored where the format says none. */
  readonly declared?: number;
  /** Parts of the data, if it is divided further. Together with `prefix` they replace `data`. */
  readonly inner?: Inner;
}

export interface Inner {
  readonly prefix: Buffer;
  readonly pieces: readonly Piece[];
  readonly join: (pieces: readonly Piece[]) => Buffer;
}

/** How a format's files are taken apart and put together; `join` of what `split` returns is the file again. */
export interface Structure {
  readonly split: (file: Buffer) => readonly Piece[];
  readonly join: (pieces: readonly Piece[]) => Buffer;
}

export function contentOf({ data, inner }: Piece): Buffer {
  return inner ? Buffer.concat([inner.prefix, inner.join(inner.pieces)]) : data;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function uint32LE(value: number): Buffer {
  return uint32(value).reverse();
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}

export function uint16LE(value: number): Buffer {
  return uint16(value).reverse();
}

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
