import { seededRandom } from '@darkroom/transforms/testing';

/** A stream of choices that a seed decides. */
export class SeededRandom {
  readonly #random: () => number;

  /** @param names purpose of the choices: other names give other choices */
  constructor(seed: number, ...names: readonly number[]) {
    // Multiplied by large odd numbers: the choices of neighbouring seeds and cases are independent.
    const mixed = names.reduce(
      (sum, name) => Math.imul(sum ^ name, 0x9e3779b1) ^ (sum >>> 15),
      seed,
    );
    this.#random = seededRandom(Math.imul(mixed, 0x85ebca6b));
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('The list is empty');
    return item;
  }
}
