import { crc32, deflateSync } from 'node:zlib';
import { pixels, type Content } from './pixels.ts';

export interface PngGenes {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly interlaced: boolean;
  readonly transparent: boolean;
  readonly content: Content;
  readonly filter: 0 | 1 | 2 | 3 | 4;
  readonly level: 0 | 1 | 9;
  /** Largest `IDAT` chunk, bytes. */
  readonly chunkBytes: number;
}

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
/** Offsets and steps of Adam7's passes. */
const ADAM7 = [
  [0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2],
] as const; // prettier-ignore

export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Whether depth and colour type may be combined (PNG, third edition, table 12). */
export function isPossible({ depth, colourType }: Pick<PngGenes, 'depth' | 'colourType'>): boolean {
  if (colourType === 0) return true;
  return colourType === 3 ? depth <= 8 : depth >= 8;
}

export function writePng(genes: PngGenes): Buffer {
  const { width, height, depth, colourType, interlaced, transparent, content, filter } = genes;
  const bitsPerPixel = CHANNELS[colourType] * depth;
  const passes = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  const rows = passes.flatMap(([left, top, across, down]) => {
    const [columns, lines] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    if (columns <= 0 || lines <= 0) return [];
    const lineBytes = Math.ceil((columns * bitsPerPixel) / 8);
    const data = pixels(lineBytes, lines, 1, content);
    const out = Buffer.alloc((lineBytes + 1) * lines);
    for (let line = 0; line < lines; line += 1) {
      out[line * (lineBytes + 1)] = filter;
      data.copy(out, line * (lineBytes + 1) + 1, line * lineBytes, (line + 1) * lineBytes);
    }
    return [out];
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  const data = deflateSync(Buffer.concat(rows), { level: genes.level });
  const parts = Array.from({ length: Math.ceil(data.length / genes.chunkBytes) }, (_, index) =>
    chunk('IDAT', data.subarray(index * genes.chunkBytes, (index + 1) * genes.chunkBytes)),
  );
  const palette = Buffer.from(Array.from({ length: 768 }, (_, index) => (index * 7) & 255));
  const key = colourType === 3 ? Buffer.alloc(16, 99) : Buffer.alloc(colourType === 0 ? 2 : 6);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    ...(colourType === 3 ? [chunk('PLTE', palette.subarray(0, 3 * 2 ** depth))] : []),
    ...(transparent && colourType < 4 ? [chunk('tRNS', colourType === 3 ? key.subarray(0, 2 ** Math.min(depth, 4)) : key)] : []), // prettier-ignore
    ...parts,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
