import { deflateSync } from 'node:zlib';

/** How `tiffFile` stores a picture. */
export interface TiffOptions {
  readonly width: number;
  readonly height: number;
  /** Samples of a pixel. */
  readonly samples: number;
  /** Default: 8. */
  readonly depth?: 8 | 16 | 32;
  /** Tag 262; default: 2, RGB. */
  readonly photometric?: number;
  /** Tag 338; default: none. */
  readonly extra?: readonly number[];
  /** Deflated; default: not compressed. */
  readonly deflate?: boolean;
  /** Each sample is stored as the difference to the pixel before it. */
  readonly predicted?: boolean;
  readonly planar?: boolean;
  /** Width and height of square tiles, a multiple of 16; default: strips of 10 rows. */
  readonly tile?: number;
  readonly bigEndian?: boolean;
  readonly bigTiff?: boolean;
  /** More tags with a number each, which replace those of the options. */
  readonly tags?: Readonly<Record<number, number>>;
}

const STRIP_ROWS = 10;

/** Writes a TIFF whose samples are `sampleAt(x, y, sample)`, from 0 to the most that the depth holds. */
export function tiffFile(
  options: TiffOptions,
  sampleAt: (x: number, y: number, sample: number) => number,
): Buffer {
  const { width, height, samples, depth = 8, planar = false, tile, tags = {} } = options;
  const { bigEndian = false, bigTiff = false, deflate = false, predicted = false } = options;
  const number = (value: number, size: number) => {
    const bytes = Buffer.alloc(size);
    bytes.writeUIntLE(value, 0, Math.min(size, 6));
    return bigEndian ? bytes.reverse() : bytes;
  };
  const limit = 2 ** depth;
  const [across, down] = tile ? [tile, tile] : [width, Math.min(STRIP_ROWS, height)];
  const chunk = (left: number, top: number, of: readonly number[]) => {
    const rows = tile ? down : Math.min(down, height - top);
    const values: Buffer[] = [];
    for (let y = 0; y < rows; y += 1) {
      for (let x = 0; x < across; x += 1) {
        for (const sample of of) {
          const at = (column: number) =>
            sampleAt(Math.min(width - 1, left + column), Math.min(height - 1, top + y), sample);
          const before = predicted && x > 0 ? at(x - 1) : 0;
          values.push(number((((at(x) - before) % limit) + limit) % limit, depth / 8));
        }
      }
    }
    const data = Buffer.concat(values);
    return deflate ? deflateSync(data) : data;
  };
  const all = Array.from({ length: samples }, (_, sample) => sample);
  const chunks = (planar ? all.map((sample) => [sample]) : [all]).flatMap((of) =>
    Array.from({ length: Math.ceil(height / down) }, (_, row) =>
      Array.from({ length: Math.ceil(width / across) }, (_, column) =>
        chunk(column * across, row * down, of),
      ),
    ).flat(),
  );
  const [offset, count, head] = bigTiff ? [8, 8, 16] : [4, 2, 8];
  const offsets: number[] = [];
  let end = head;
  for (const { length } of chunks) {
    offsets.push(end);
    end += length;
  }
  const lengths = chunks.map(({ length }) => length);
  const entries = new Map<number, readonly number[]>([
    [256, [width]],
    [257, [height]],
    [258, all.map(() => depth)],
    [259, [deflate ? 8 : 1]],
    [262, [options.photometric ?? 2]],
    ...(tile ? [] : ([[273, offsets]] as const)),
    [277, [samples]],
    ...(tile ? [] : ([[278, [down]], [279, lengths]] as const)),
    [284, [planar ? 2 : 1]],
    ...(predicted ? ([[317, [2]]] as const) : []),
    ...(tile ? ([[322, [tile]], [323, [tile]], [324, offsets], [325, lengths]] as const) : []),
    ...(options.extra ? ([[338, options.extra]] as const) : []),
    ...Object.entries(tags).map(([tag, value]) => [Number(tag), [value]] as const),
  ]); // prettier-ignore
  const sorted = [...entries].sort(([a], [b]) => a - b);
  const values: Buffer[] = [];
  let behind = end + count + sorted.length * (4 + 2 * offset) + offset;
  const directory = sorted.map(([tag, numbers]) => {
    // Shorts and longs, as most writers use them.
    const [type, size] = numbers.every((value) => value < 65_536) ? [3, 2] : [4, 4];
    const value = Buffer.concat(numbers.map((one) => number(one, size)));
    const isInline = value.length <= offset;
    if (!isInline) values.push(value);
    const place = isInline ? Buffer.concat([value], offset) : number(behind, offset);
    if (!isInline) behind += value.length;
    return Buffer.concat([number(tag, 2), number(type, 2), number(numbers.length, offset), place]);
  });
  return Buffer.concat([
    Buffer.from(bigEndian ? 'MM' : 'II'),
    bigTiff
      ? Buffer.concat([number(43, 2), number(8, 2), number(0, 2), number(end, 8)])
      : Buffer.concat([number(42, 2), number(end, 4)]),
    ...chunks,
    number(sorted.length, count),
    ...directory,
    number(0, offset),
    ...values,
  ]);
}
