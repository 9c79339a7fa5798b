/** Messages that arrived at the same time and were received equally often. */
export interface Messages {
  /** Seconds. */
  readonly arrived: number;
  readonly attempts: number;
  readonly count: number;
}

const FIRST_CAPACITY = 1024;

/** First in, first out. It keeps equal messages as one entry of 16 bytes, so a burst of any size takes one entry. */
export class MessageQueue {
  #arrived = new Float64Array(FIRST_CAPACITY);
  #attempts = new Uint32Array(FIRST_CAPACITY);
  #count = new Uint32Array(FIRST_CAPACITY);
  #head = 0;
  #entries = 0;
  #size = 0;

  /** Number of messages. */
  get size(): number {
    return this.#size;
  }

  push({ arrived, attempts, count }: Messages): void {
    this.#size += count;
    const last = (this.#head + this.#entries - 1) & (this.#arrived.length - 1);
    if (this.#entries > 0 && this.#arrived[last] === arrived && this.#attempts[last] === attempts) {
      this.#count[last] = (this.#count[last] ?? 0) + count;
      return;
    }
    if (this.#entries === this.#arrived.length) this.#grow();
    const index = (this.#head + this.#entries) & (this.#arrived.length - 1);
    this.#arrived[index] = arrived;
    this.#attempts[index] = attempts;
    this.#count[index] = count;
    this.#entries++;
  }

  /** Takes up to `most` messages of the oldest entry. The queue must not be empty. */
  take(most: number): Messages {
    const index = this.#head;
    const available = this.#count[index] ?? 0;
    const count = Math.min(most, available);
    this.#size -= count;
    if (count === available) {
      this.#head = (this.#head + 1) & (this.#arrived.length - 1);
      this.#entries--;
    } else this.#count[index] = available - count;
    return { arrived: this.#arrived[index] ?? 0, attempts: this.#attempts[index] ?? 0, count };
  }

  /** The capacity is a power of two. */
  #grow(): void {
    const capacity = this.#arrived.length;
    const grown = <T extends Float64Array | Uint32Array>(old: T, next: T): T => {
      next.set(old.subarray(this.#head));
      next.set(old.subarray(0, this.#head), capacity - this.#head);
      return next;
    };
    this.#arrived = grown(this.#arrived, new Float64Array(2 * capacity));
    this.#attempts = grown(this.#attempts, new Uint32Array(2 * capacity));
    this.#count = grown(this.#count, new Uint32Array(2 * capacity));
    this.#head = 0;
  }
}
