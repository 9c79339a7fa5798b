import type { ByteReader } from './byte-reader.ts';

/** Bits of a sequence header, the highest of each byte first. */
class Bits {
  readonly #file: ByteReader;
  #at: number;

  constructor(file: ByteReader, byte: number) {
    this.#file = file;
    this.#at = byte * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1, this.#at += 1) {
      value = value * 2 + ((this.#file.u8(Math.floor(this.#at / 8)) >> (7 - (this.#at % 8))) & 1);
    }
    return value;
  }

  /** AV1, 4.10.3: zeros, a one, then as many bits. */
  readUvlc(): void {
    let zeros = 0;
    while (zeros < 32 && this.read(1) === 0) zeros += 1;
    if (zeros < 32) this.read(zeros);
  }
}

/** Skips the operating points of a sequence header that has them (AV1, 5.5.1). */
function skipOperatingPoints(bits: Bits): void {
  let delayLength = 0;
  let hasModel = false;
  if (bits.read(1) === 1) {
    bits.read(64);
    if (bits.read(1) === 1) bits.readUvlc();
    hasModel = bits.read(1) === 1;
    if (hasModel) {
      delayLength = bits.read(5) + 1;
      bits.read(32 + 5 + 5);
    }
  }
  const hasDelay = bits.read(1) === 1;
  for (let points = bits.read(5) + 1; points > 0; points -= 1) {
    bits.read(12);
    if (bits.read(5) > 7) bits.read(1);
    if (hasModel && bits.read(1) === 1) bits.read(2 * delayLength + 1);
    if (hasDelay && bits.read(1) === 1) bits.read(4);
  }
}

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

const SEQUENCE_HEADER = 1;
/** A sequence header is among the first units; more are not looked at. */
const MAX_UNITS = 8;

/**
 * The largest frame that AV1 data may have, from its sequence header (AV1, 5.3 and 5.5). A container may declare a
 * smaller picture.
 *
 * @param start of the data, bytes
 * @param end of the data, bytes
 */
export function av1FrameSize(file: ByteReader, start: number, end: number): FrameSize | undefined {
  let at = start;
  for (let unit = 0; unit < MAX_UNITS && at < end; unit += 1) {
    const head = file.u8(at);
    let data = at + 1 + ((head >> 2) & 1);
    let length = end - data;
    if (((head >> 1) & 1) === 1) {
      length = 0;
      for (let index = 0; index < 8; index += 1, data += 1) {
        const byte = file.u8(data);
        length += (byte & 0x7f) * 2 ** (7 * index);
        if ((byte & 0x80) === 0) {
          data += 1;
          break;
        }
      }
    }
    if (((head >> 3) & 15) === SEQUENCE_HEADER) {
      const bits = new Bits(file, data);
      bits.read(4);
      if (bits.read(1) === 1) bits.read(5);
      else skipOperatingPoints(bits);
      const [across, down] = [bits.read(4) + 1, bits.read(4) + 1];
      return { width: bits.read(across) + 1, height: bits.read(down) + 1 };
    }
    at = data + length;
  }
  return undefined;
}
