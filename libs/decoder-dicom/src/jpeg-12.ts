import { DicomError } from './dicom-error.ts';

/** Where coefficient k of a scan lies in its block (T.81, figure A.6). */
const ZIGZAG = Uint8Array.from([
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15],
  ...[23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
]);

/** Of the inverse cosine transform: row x, column u (T.81, A.3.3). */
const COSINES = Float64Array.from({ length: 64 }, (_, index) => {
  const [x, u] = [index >> 3, index & 7];
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

const MIDDLE = 2048;
const MOST = 4095;
const MARKER = { DHT: 0xc4, RST0: 0xd0, EOI: 0xd9, SOS: 0xda, DQT: 0xdb, DRI: 0xdd };

function damaged(what: string): never {
  throw new DicomError('CORRUPT_IMAGE', `the JPEG of a frame ${what}`);
}

/** For each 16 bits that may follow: the length of the code that they begin with × 256 + its symbol; 0 without one. */
function codesOf(table: Uint8Array | undefined): Uint16Array {
  if (!table) damaged('has no such Huffman table');
  const codes = new Uint16Array(65_536);
  let [at, symbol] = [0, 16];
  for (let length = 1; length <= 16; length += 1) {
    const step = 1 << (16 - length);
    for (let left = table[length - 1] ?? 0; left > 0; left -= 1) {
      if (at + step > codes.length) damaged('has a Huffman table with too many codes');
      codes.fill(length * 256 + (table[symbol] ?? 0), at, at + step);
      at += step;
      symbol += 1;
    }
  }
  return codes;
}

/** As the segments have them: a file may define tables again and again, and the last one before the scan counts. */
interface Tables {
  /** By identifier: a byte with the precision, then 64 numbers in the order of the scan. */
  readonly quantization: Map<number, Uint8Array>;
  /** By class × 16 + identifier: 16 numbers of codes, then the symbols. */
  readonly huffman: Map<number, Uint8Array>;
  /** Blocks between restart markers; 0 without them. */
  interval: number;
}

function readQuantization(segment: Uint8Array, { quantization }: Tables): void {
  for (let at = 0; at < segment.length;) {
    const head = segment[at] ?? 0;
    const end = at + 1 + (head >> 4 === 0 ? 64 : 128);
    if (end > segment.length) damaged('has a short quantization table');
    quantization.set(head & 15, segment.subarray(at, end));
    at = end;
  }
}

function levelsOf(table: Uint8Array | undefined): Uint16Array {
  if (!table) damaged('has no quantization table');
  const [head = 0, ...bytes] = table;
  return Uint16Array.from({ length: 64 }, (_, index) =>
    head >> 4 === 0
      ? (bytes[index] ?? 0)
      : (bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0),
  );
}

function readHuffman(segment: Uint8Array, { huffman }: Tables): void {
  for (let at = 0; at < segment.length;) {
    const counts = segment.subarray(at + 1, at + 17);
    const end = at + 17 + counts.reduce((sum, count) => sum + count, 0);
    if (end > segment.length) damaged('has a short Huffman table');
    huffman.set(segment[at] ?? 0, segment.subarray(at + 1, end));
    at = end;
  }
}

/** The bits of a scan, without the zeros after each 0xFF. */
class Bits {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  /** Zeros in place of bits after the end. */
  #padding = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.#bytes[this.#at];
      const isMarker = byte === 0xff && this.#bytes[this.#at + 1] !== 0;
      if (byte === undefined || isMarker) {
        this.#bits <<= 8;
        this.#padding += 8;
      } else {
        this.#bits = (this.#bits << 8) | byte;
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#bits &= 0xff_ffff;
      this.#count += 8;
    }
  }

  /** @param length 0 to 15 */
  take(length: number): number {
    this.#fill();
    this.#count -= length;
    return (this.#bits >>> this.#count) & ((1 << length) - 1);
  }

  symbol(codes: Uint16Array): number {
    this.#fill();
    const code = codes[(this.#bits >>> (this.#count - 16)) & 0xffff] ?? 0;
    if (code === 0) damaged('has a code that its Huffman table lacks');
    this.#count -= code >> 8;
    return code & 255;
  }

  /** A difference or coefficient whose size is known (T.81, F.2.2.1). */
  signed(length: number): number {
    const value = this.take(length);
    return length > 0 && value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** @throws DicomError if more bits were taken than there are */
  check(): void {
    if (this.#count < this.#padding) damaged('ends early');
  }

  /** Goes on after the next restart marker. @throws DicomError if it is not the expected one */
  restart(number: number): void {
    this.check();
    // Before a marker, the last byte may be filled up, and 0xFF may be repeated.
    while (this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xff) this.#at += 1;
    if (this.#bytes[this.#at + 1] !== MARKER.RST0 + number) damaged('lacks a restart marker');
    this.#at += 2;
    [this.#bits, this.#count, this.#padding] = [0, 0, 0];
  }
}

/** Samples of a block from its coefficients: columns, then rows. */
function inverse(block: Float64Array, half: Float64Array): void {
  half.fill(0);
  for (let u = 0; u < 64; u += 1) {
    const value = block[u] ?? 0;
    if (value === 0) continue;
    const [row, column] = [u >> 3, u & 7];
    for (let y = 0; y < 8; y += 1) {
      half[8 * y + column] = (half[8 * y + column] ?? 0) + value * (COSINES[8 * y + row] ?? 0);
    }
  }
  for (let y = 0; y < 64; y += 8) {
    for (let x = 0; x < 8; x += 1) {
      let sum = 0;
      for (let u = 0; u < 8; u += 1) sum += (half[y + u] ?? 0) * (COSINES[8 * x + u] ?? 0);
      block[y + x] = sum;
    }
  }
}

/**
 * Decodes a grey JPEG of 12 bits, sequential and with Huffman codes (T.81, process 4): the kind that DICOM has. Packages
 * for Node.js decode 8 bits only, or add 15 levels.
 *
 * @param shape of the frame, which the header of the JPEG must agree with; pixels
 * @returns samples from 0 to 4,095
 * @throws DicomError `CORRUPT_IMAGE`
 */
export function decodeJpeg12(
  frame: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Uint16Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const tables: Tables = { quantization: new Map(), huffman: new Map(), interval: 0 };
  let quantizer = 0;
  for (let at = 2; at + 4 <= frame.length;) {
    const code = frame[at + 1];
    if (frame[at] !== 0xff) damaged('has data between its segments');
    if (code === 0xff) {
      at += 1;
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (end > frame.length || end < at + 4) damaged('has a segment of a wrong length');
    const segment = frame.subarray(at + 4, end);
    if (code === MARKER.DQT) readQuantization(segment, tables);
    else if (code === MARKER.DHT) readHuffman(segment, tables);
    else if (code === MARKER.DRI) tables.interval = (segment[0] ?? 0) * 256 + (segment[1] ?? 0);
    else if (code === 0xc1) quantizer = segment[8] ?? 0;
    else if (code === MARKER.SOS) {
      const selected = segment[2] ?? 0;
      return readScan(new Bits(frame, end), {
        ...{ width, height, interval: tables.interval },
        levels: levelsOf(tables.quantization.get(quantizer)),
        dc: codesOf(tables.huffman.get(selected >> 4)),
        ac: codesOf(tables.huffman.get(16 + (selected & 15))),
      });
    }
    at = end;
  }
  return damaged('has no scan');
}

interface Scan {
  readonly width: number;
  readonly height: number;
  readonly interval: number;
  readonly levels: Uint16Array;
  readonly dc: Uint16Array;
  readonly ac: Uint16Array;
}

function readScan(bits: Bits, { width, height, interval, levels, dc, ac }: Scan): Uint16Array {
  const samples = new Uint16Array(width * height);
  const [block, half] = [new Float64Array(64), new Float64Array(64)];
  const columns = Math.ceil(width / 8);
  const blocks = columns * Math.ceil(height / 8);
  let mean = 0;
  for (let index = 0; index < blocks; index += 1) {
    if (interval > 0 && index > 0 && index % interval === 0) {
      bits.restart((index / interval - 1) % 8);
      mean = 0;
    }
    const size = bits.symbol(dc);
    if (size > 15) damaged('has a difference of too many bits');
    mean += bits.signed(size);
    block.fill(0);
    block[0] = mean * (levels[0] ?? 0);
    for (let k = 1; k < 64; k += 1) {
      const symbol = bits.symbol(ac);
      const bitsOfValue = symbol & 15;
      // 0x00 ends the block, 0xF0 means 16 zeros.
      if (bitsOfValue === 0 && symbol !== 0xf0) break;
      k += symbol >> 4;
      if (k > 63) damaged('has too many coefficients in a block');
      block[ZIGZAG[k] ?? 0] = bits.signed(bitsOfValue) * (levels[k] ?? 0);
    }
    inverse(block, half);
    const [left, top] = [8 * (index % columns), 8 * Math.floor(index / columns)];
    const [right, bottom] = [Math.min(8, width - left), Math.min(8, height - top)];
    for (let y = 0; y < bottom; y += 1) {
      for (let x = 0; x < right; x += 1) {
        const level = Math.round((block[8 * y + x] ?? 0) + MIDDLE);
        samples[(top + y) * width + left + x] = Math.min(MOST, Math.max(0, level));
      }
    }
    if (index % columns === columns - 1) bits.check();
  }
  return samples;
}
