import sharp from 'sharp';
import { ByteReader } from '../../cost/byte-reader.ts';
import { scanTiff, type TiffStructure } from '../../cost/tiff.ts';
import { failOnOf } from './unsupported-coding.ts';

/** One entry of a directory, without its tag. The value is what an entry holds: numbers, or an offset to them. */
interface Entry {
  readonly type: number;
  readonly count: number;
  readonly value: Buffer;
}

const SHORT = 3;
const LONG = 4;
const LONG8 = 16;

/** A TIFF or BigTIFF whose first directory can be replaced (TIFF 6.0, section 2). */
class Tiff {
  readonly #bytes: Buffer;
  readonly #little: boolean;
  readonly #big: boolean;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#little = bytes[0] === 0x49;
    this.#big = this.#read(bytes, 2, 2) === 43;
  }

  #read(from: Buffer, at: number, size: number): number {
    if (size === 8) {
      return Number(this.#little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
    }
    return this.#little ? from.readUIntLE(at, size) : from.readUIntBE(at, size);
  }

  #number(value: number, size: number): Buffer {
    const bytes = Buffer.alloc(size);
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeUIntLE(value, 0, size);
    return this.#little ? bytes : bytes.reverse();
  }

  get #sizes(): { readonly offset: number; readonly count: number; readonly first: number } {
    return this.#big ? { offset: 8, count: 8, first: 8 } : { offset: 4, count: 2, first: 4 };
  }

  get length(): number {
    return this.#bytes.length;
  }

  get isBigEndian(): boolean {
    return !this.#little;
  }

  /** @throws RangeError if the directory is not in the file */
  directory(): { readonly entries: Map<number, Entry>; readonly next: number } {
    const { offset, count, first } = this.#sizes;
    const start = this.#read(this.#bytes, first, offset);
    const entries = new Map<number, Entry>();
    const length = this.#read(this.#bytes, start, count);
    let at = start + count;
    for (let left = length; left > 0; left -= 1, at += 4 + 2 * offset) {
      const tag = this.#read(this.#bytes, at, 2);
      const value = this.#bytes.subarray(at + 4 + offset, at + 4 + 2 * offset);
      if (value.length < offset) throw new RangeError('a directory behind the end of the file');
      if (entries.has(tag)) continue;
      entries.set(tag, {
        type: this.#read(this.#bytes, at + 2, 2),
        count: this.#read(this.#bytes, at + 4, offset),
        value,
      });
    }
    return { entries, next: this.#read(this.#bytes, at, offset) };
  }

  /** All numbers of an entry. @throws RangeError if they are not in the file */
  numbers({ type, count, value }: Entry): number[] {
    const size = type === SHORT ? 2 : type === LONG8 ? 8 : 4;
    const isInline = count * size <= this.#sizes.offset;
    const from = isInline ? value : this.#bytes;
    const start = isInline ? 0 : this.#read(value, 0, this.#sizes.offset);
    if (start + count * size > from.length) throw new RangeError('values behind the end');
    return Array.from({ length: count }, (_, index) =>
      this.#read(from, start + index * size, size),
    );
  }

  /** The file with more data and another first directory at its end. Changes without numbers remove their tag. */
  with(changes: ReadonlyMap<number, readonly number[]>, more: Buffer = Buffer.alloc(0)): Buffer {
    const { offset, count, first } = this.#sizes;
    const { entries, next } = this.directory();
    const kept = [...entries].filter(([tag]) => !changes.has(tag));
    const added = [...changes].filter(([, numbers]) => numbers.length > 0);
    const pad = Buffer.alloc((this.#bytes.length + more.length) % 2);
    const start = this.#bytes.length + more.length + pad.length;
    const head = count + (kept.length + added.length) * (4 + 2 * offset) + offset;
    const values: Buffer[] = [];
    let behind = start + head;
    const entry = (tag: number, type: number, length: number, value: Buffer) =>
      [tag, Buffer.concat([this.#number(tag, 2), this.#number(type, 2), this.#number(length, offset), value])] as const; // prettier-ignore
    const written = [
      ...kept.map(([tag, { type, count: length, value }]) => entry(tag, type, length, value)),
      ...added.map(([tag, numbers]) => {
        const [type, size] = this.#big ? [LONG8, 8] : tag === 258 ? [SHORT, 2] : [LONG, 4];
        const value = Buffer.concat(numbers.map((number) => this.#number(number, size)));
        if (value.length <= offset) {
          return entry(tag, type, numbers.length, Buffer.concat([value], offset));
        }
        values.push(value);
        behind += value.length;
        return entry(tag, type, numbers.length, this.#number(behind - value.length, offset));
      }),
    ].sort(([a], [b]) => a - b);
    const file = Buffer.concat([
      this.#bytes,
      more,
      pad,
      this.#number(written.length, count),
      ...written.map(([, bytes]) => bytes),
      this.#number(next, offset),
      ...values,
    ]);
    this.#number(start, offset).copy(file, first);
    return file;
  }
}

/** Tags that describe the samples of a pixel or how they are packed. */
const TAG = {
  width: 256,
  bits: 258,
  compression: 259,
  photometric: 262,
  offsets: 273,
  samples: 277,
  rows: 278,
  lengths: 279,
  planes: 284,
  predictor: 317,
  tileWidth: 322,
  extra: 338,
  format: 339,
} as const;
/** Extremes of samples, fill order, inks, tiles, JPEG tables: wrong or useless once the pixels are repacked. */
const REMOVED = [266, 280, 281, 317, 322, 323, 324, 325, 332, 333, 334, 336, 340, 341, 347];

type Changes = readonly (readonly [tag: number, numbers: readonly number[]])[];

const CMYK = 5;

/** Whether the samples have to become 8 bits: libvips reads the alpha of 16-bit CMYK as that of 8 bits. */
const isReduced = ({ photometric, depth }: TiffStructure, kept: readonly number[]) =>
  photometric === CMYK && depth === 16 && kept.length === 5;

/** The description of pixels that consist of the kept samples. */
function descriptionOf(tiff: Tiff, structure: TiffStructure, kept: readonly number[]): Changes {
  const { samples, sampleFormat } = structure;
  const depth = isReduced(structure, kept) ? 8 : structure.depth;
  const extra = tiff.directory().entries.get(TAG.extra);
  const meanings = extra ? tiff.numbers(extra) : [];
  const meaning = meanings[(kept.at(-1) ?? 0) - (samples - meanings.length)];
  return [
    [TAG.bits, kept.map(() => depth)],
    [TAG.samples, [kept.length]],
    [TAG.format, kept.map(() => sampleFormat)],
    [TAG.extra, meaning === 1 || meaning === 2 ? [meaning] : []],
    ...[280, 281, 332, 333, 334].map((tag) => [tag, []] as const),
  ];
}

/** Offsets and lengths of the strips of some planes, which are stored one after the other. */
function stripsOf(tiff: Tiff, samples: number, planes: readonly number[]): Changes {
  const { entries } = tiff.directory();
  return [TAG.offsets, TAG.lengths].map((tag) => {
    const entry = entries.get(tag);
    const numbers = entry ? tiff.numbers(entry) : [];
    const each = Math.floor(numbers.length / samples);
    return [tag, planes.flatMap((plane) => numbers.slice(plane * each, (plane + 1) * each))];
  });
}

const asStructure = (file: Uint8Array) => scanTiff(new ByteReader(file));

/**
 * Returns a TIFF that declares only colours and alpha, for reading its header: selections, masks and spot colours do not
 * count. The pixels of the result may be wrong. Returns other files, and damaged ones, unchanged.
 */
export function headerWithoutExtraChannels(source: Uint8Array): Uint8Array {
  const structure = asStructure(source);
  if (!structure?.kept) return source;
  try {
    const tiff = new Tiff(Buffer.from(source.buffer, source.byteOffset, source.byteLength));
    return tiff.with(new Map(descriptionOf(tiff, structure, structure.kept)));
  } catch {
    return source;
  }
}

/** Adds to each sample the one of the pixel before it, in each row of a tile (TIFF 6.0, section 14). */
function undoPrediction(row: Uint8Array | Uint16Array, samples: number, run: number): void {
  for (let start = 0; start < row.length; start += run) {
    const end = Math.min(row.length, start + run);
    for (let at = start + samples; at < end; at += 1) {
      row[at] = (row[at] ?? 0) + (row[at - samples] ?? 0);
    }
  }
}

/** Samples as numbers; they share the memory of `data`. */
function samplesOf(data: Buffer, depth: number): Uint8Array | Uint16Array {
  return depth === 16
    ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
    : new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/** Decodes a file as a grey picture of one sample for each pixel. */
async function greyPixels(
  tiff: Tiff,
  { depth, height }: TiffStructure,
  width: number,
  failOn: 'error' | 'warning',
  changes: Changes,
): Promise<Buffer> {
  const grey = tiff.with(
    new Map<number, readonly number[]>([
      [TAG.width, [width]],
      [TAG.bits, [depth]],
      [TAG.photometric, [1]],
      [TAG.samples, [1]],
      ...[TAG.format, TAG.extra, 274, 332, 333, 334, 34_675].map((tag) => [tag, []] as const),
      ...changes,
    ]),
  );
  const isDeep = depth === 16;
  const { data, info } = await sharp(grey, { failOn, limitInputPixels: false })
    .toColourspace(isDeep ? 'grey16' : 'b-w')
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== 1) {
    throw new Error(`read ${info.width}×${info.height} samples of ${info.channels} channels`);
  }
  return data;
}

/**
 * Decodes interleaved samples and moves the kept ones together. libvips reads no more than five channels, and takes the
 * last one as alpha: the file is read as a grey picture that is as many times wider.
 */
async function fromInterleaved(
  tiff: Tiff,
  structure: TiffStructure,
  kept: readonly number[],
): Promise<Buffer> {
  const { width, height, depth, samples, tile } = structure;
  const predictor = tiff.directory().entries.get(TAG.predictor);
  const isPredicted = predictor !== undefined && tiff.numbers(predictor)[0] === 2;
  const data = await greyPixels(tiff, structure, width * samples, failOnOf(structure), [
    [TAG.predictor, []],
    ...(tile ? [[TAG.tileWidth, [tile.width * samples]] as const] : []),
  ]);
  const all = samplesOf(data, depth);
  const run = (tile?.width ?? width) * samples;
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    const row = all.subarray(y * width * samples, (y + 1) * width * samples);
    if (isPredicted) undoPrediction(row, samples, run);
    for (let from = 0; from < row.length; from += samples) {
      // The result is written over samples that have been read.
      for (const sample of kept) all[to++] = row[from + sample] ?? 0;
    }
  }
  return data.subarray(0, (to * depth) / 8);
}

/** Decodes planes one by one, and interleaves them. */
async function fromPlanes(
  tiff: Tiff,
  structure: TiffStructure,
  kept: readonly number[],
): Promise<Buffer> {
  const { width, height, depth, samples } = structure;
  const data = Buffer.alloc((width * height * kept.length * depth) / 8);
  const all = samplesOf(data, depth);
  for (const [index, plane] of kept.entries()) {
    const strips = [...stripsOf(tiff, samples, [plane]), [TAG.planes, [1]] as const];
    const read = await greyPixels(tiff, structure, width, failOnOf(structure), strips);
    const values = samplesOf(read, depth);
    for (let at = 0; at < values.length; at += 1) all[at * kept.length + index] = values[at] ?? 0;
  }
  return data;
}

/** Samples of 16 bits in 8, in the same memory. */
function inEightBits(pixels: Buffer): Buffer {
  const samples = samplesOf(pixels, 16);
  for (let at = 0; at < samples.length; at += 1) pixels[at] = Math.round((samples[at] ?? 0) / 257);
  return pixels.subarray(0, samples.length);
}

/** Writes the pixels without compression behind the file. */
function withPixels(
  tiff: Tiff,
  structure: TiffStructure,
  kept: readonly number[],
  pixels: Buffer,
): Buffer {
  const reduced = isReduced(structure, kept);
  const data = reduced ? inEightBits(pixels) : pixels;
  if (structure.depth === 16 && !reduced && tiff.isBigEndian) data.swap16();
  return tiff.with(
    new Map<number, readonly number[]>([
      ...REMOVED.map((tag) => [tag, []] as const),
      ...descriptionOf(tiff, structure, kept),
      [TAG.compression, [1]],
      [TAG.planes, [1]],
      [TAG.rows, [structure.height]],
      [TAG.offsets, [tiff.length]],
      [TAG.lengths, [data.length]],
    ]),
    data,
  );
}

/**
 * Returns a TIFF without selections, masks and spot colours. Returns other files, and damaged ones, unchanged.
 * @throws Error of the decoder
 */
export async function withoutExtraChannels(source: Uint8Array): Promise<Uint8Array> {
  const structure = asStructure(source);
  if (!structure?.kept) return source;
  const tiff = new Tiff(Buffer.from(source.buffer, source.byteOffset, source.byteLength));
  const { kept, planar, photometric } = structure;
  if (!planar)
    return withPixels(tiff, structure, kept, await fromInterleaved(tiff, structure, kept));
  // libvips takes planes of grey and alpha for interleaved samples.
  if ((photometric <= 1 && kept.length > 1) || isReduced(structure, kept)) {
    return withPixels(tiff, structure, kept, await fromPlanes(tiff, structure, kept));
  }
  const strips = stripsOf(tiff, structure.samples, kept);
  return tiff.with(new Map([...descriptionOf(tiff, structure, kept), ...strips]));
}
