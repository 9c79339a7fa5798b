/** Reads numbers of a file and counts the work. A read outside the file returns 0; nothing here throws. */
export class ByteReader {
  readonly length: number;
  readonly #bytes: Uint8Array;
  #work = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  /** Bytes that were looked at. The scanners keep it below a fixed multiple of the file's length. */
  get work(): number {
    return this.#work;
  }

  u8(at: number): number {
    this.#work += 1;
    return this.#bytes[at] ?? 0;
  }

  u16(at: number, littleEndian = false): number {
    const [first, second] = [this.u8(at), this.u8(at + 1)];
    return littleEndian ? second * 256 + first : first * 256 + second;
  }

  u24(at: number, littleEndian = false): number {
    return littleEndian
      ? this.u8(at + 2) * 65_536 + this.u16(at, true)
      : this.u16(at) * 256 + this.u8(at + 2);
  }

  u32(at: number, littleEndian = false): number {
    const [first, second] = [this.u16(at, littleEndian), this.u16(at + 2, littleEndian)];
    return littleEndian ? second * 65_536 + first : first * 65_536 + second;
  }

  /** Above 2^53 the result is rounded, which no file's offsets reach. */
  u64(at: number, littleEndian = false): number {
    const [first, second] = [this.u32(at, littleEndian), this.u32(at + 4, littleEndian)];
    return littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }

  /** Four bytes as Latin-1: the name of a chunk or a box. */
  tag(at: number): string {
    return String.fromCharCode(this.u8(at), this.u8(at + 1), this.u8(at + 2), this.u8(at + 3));
  }

  /** @returns the offset of the first byte with that value at or after `at`; the file's length if none follows */
  find(value: number, at: number): number {
    // A short loop first: calls into native code would dominate where the value is frequent.
    const near = Math.min(this.length, at + 16);
    for (let index = at; index < near; index += 1) {
      if (this.#bytes[index] === value) {
        this.#work += index - at + 1;
        return index;
      }
    }
    const found = near < this.length ? this.#bytes.indexOf(value, near) : -1;
    const end = found < 0 ? this.length : found;
    this.#work += end - at;
    return end;
  }
}
