import { deflateSync } from 'node:zlib';
import { pixels, type Content } from './pixels.ts';

export interface TiffGenes {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 8 | 16 | 32;
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: 1 | 2 | 3;
  readonly samples: 1 | 2 | 3 | 4 | 5;
  /** 1 grey, 2 RGB, 5 CMYK, 8 Lab. */
  readonly photometric: 1 | 2 | 5 | 8;
  readonly planar: boolean;
  /** Side of a tile; 0 for strips. */
  readonly tile: number;
  /** Rows of a strip; more than the height for one strip. */
  readonly rowsPerStrip: number;
  /** 1 none, 5 LZW, 8 deflate, 32773 PackBits. */
  readonly compression: 1 | 5 | 8 | 32_773;
  readonly content: Content;
  /** Directories after the first, of one pixel each. */
  readonly pages: number;
  /** All strips or tiles are the same bytes of the file. */
  readonly shared: boolean;
}

/** Literal codes of 9 bits, with a clear code before the table grows (TIFF 6.0, section 13). */
function lzw(data: Buffer): Buffer {
  const bits: number[] = [];
  let [buffer, held] = [0, 0];
  const put = (code: number) => {
    buffer = (buffer << 9) | code;
    held += 9;
    while (held >= 8) {
      bits.push((buffer >> (held - 8)) & 255);
      held -= 8;
    }
    buffer &= (1 << held) - 1;
  };
  put(256);
  for (const [index, byte] of data.entries()) {
    if (index > 0 && index % 250 === 0) put(256);
    put(byte);
  }
  put(257);
  if (held > 0) bits.push((buffer << (8 - held)) & 255);
  return Buffer.from(bits);
}

function packBits(data: Buffer): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    let run = 1;
    while (run < 128 && data[at + run] === data[at]) run += 1;
    if (run > 2) out.push(Buffer.from([257 - run, data[at] ?? 0]));
    else {
      run = Math.min(128, data.length - at);
      out.push(Buffer.from([run - 1]), data.subarray(at, at + run));
    }
    at += run;
  }
  return Buffer.concat(out);
}

const COMPRESS: Readonly<Record<TiffGenes['compression'], (data: Buffer) => Buffer>> = {
  1: (data) => data,
  5: lzw,
  8: (data) => deflateSync(data, { level: 1 }),
  32_773: packBits,
};

type Tag = readonly [tag: number, type: 3 | 4, values: readonly number[]];

function directory(tags: readonly Tag[], at: number, next: (end: number) => number): Buffer {
  const head = Buffer.alloc(2 + 12 * tags.length + 4);
  head.writeUInt16LE(tags.length);
  const values: Buffer[] = [];
  let place = at + head.length;
  for (const [index, [tag, type, given]] of tags.entries()) {
    const entry = 2 + 12 * index;
    head.writeUInt16LE(tag, entry);
    head.writeUInt16LE(type, entry + 2);
    head.writeUInt32LE(given.length, entry + 4);
    const size = type === 3 ? 2 : 4;
    const data = Buffer.alloc(Math.max(4, given.length * size));
    given.forEach((value, i) => data.writeUIntLE(value, i * size, size));
    if (given.length * size <= 4) data.copy(head, entry + 8);
    else {
      head.writeUInt32LE(place, entry + 8);
      values.push(data);
      place += data.length;
    }
  }
  head.writeUInt32LE(next(place), head.length - 4);
  return Buffer.concat([head, ...values]);
}

/** Whether the engine accepts such a combination. */
export function isPossible(genes: TiffGenes): boolean {
  const { depth, sampleFormat, samples, photometric, planar, tile } = genes;
  if (depth === 1 && samples > 1) return false;
  if (sampleFormat === 3 && depth < 32) return false;
  if (sampleFormat === 2 && photometric !== 8) return false;
  if (planar && (tile > 0 || samples === 1)) return false;
  const colours = { 1: 1, 2: 3, 5: 4, 8: 3 }[photometric];
  return (
    samples >= colours && (photometric !== 8 || depth === 16) && (photometric !== 5 || depth < 32)
  );
}

export function writeTiff(genes: TiffGenes): Buffer {
  const { width, height, depth, samples, photometric, planar, tile, shared } = genes;
  const perPart = planar ? 1 : samples;
  const rows = Math.min(genes.rowsPerStrip, height);
  const [partWidth, partHeight] = tile > 0 ? [tile, tile] : [width, rows];
  const bytes = Math.ceil((partWidth * perPart * depth) / 8);
  const count =
    (tile > 0 ? Math.ceil(width / tile) * Math.ceil(height / tile) : Math.ceil(height / rows)) *
    (planar ? samples : 1);
  const part = COMPRESS[genes.compression](pixels(bytes, partHeight, 1, genes.content));
  const offsets = Array.from(
    { length: count },
    (_, index) => 8 + (shared ? 0 : index * part.length),
  );
  const parts = shared ? [part] : Array<Buffer>(count).fill(part);
  const data = Buffer.concat(parts);
  const padding = Buffer.alloc(data.length % 2);
  const colours = { 1: 1, 2: 3, 5: 4, 8: 3 }[photometric];
  const extra = samples - colours;
  const [whereTag, sizeTag] = tile > 0 ? [324, 325] : [273, 279];
  const tags: Tag[] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, Array<number>(samples).fill(depth)],
    [259, 3, [genes.compression]],
    [262, 3, [photometric]],
    [277, 3, [samples]],
    [284, 3, [planar ? 2 : 1]],
    ...(tile > 0 ? ([[322, 4, [tile]], [323, 4, [tile]]] as Tag[]) : ([[278, 4, [rows]]] as Tag[])), // prettier-ignore
    ...(extra > 0 ? ([[338, 3, Array<number>(extra).fill(2)]] as Tag[]) : []),
    [339, 3, Array<number>(samples).fill(genes.sampleFormat)],
    [whereTag, 4, offsets],
    [sizeTag, 4, Array<number>(count).fill(part.length)],
  ];
  tags.sort(([a], [b]) => a - b);
  const start = 8 + data.length + padding.length;
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  head.writeUInt32LE(start, 4);
  const out: Buffer[] = [head, data, padding];
  let at = start;
  const dot: Tag[] = [[256, 3, [1]], [257, 3, [1]], [258, 3, [8]], [259, 3, [1]], [262, 3, [1]], [273, 4, [8]], [277, 3, [1]], [278, 3, [1]], [279, 4, [1]]]; // prettier-ignore
  for (let page = 0; page <= genes.pages; page += 1) {
    const ifd = directory(page === 0 ? tags : dot, at, (end) => (page < genes.pages ? end : 0));
    out.push(ifd);
    at += ifd.length;
  }
  return Buffer.concat(out);
}
