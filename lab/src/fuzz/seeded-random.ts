import { seededRandom } from '@darkroom/transforms/testing';

/** Choices that a seed decides. */
export class SeededRandom {
  readonly #random: () => number;

  /** @param names what the choices are for: other names give other choices */
  constructor(seed: number, ...names: readonly number[]) {
    // Multiplied by large odd numbers, so that neighbouring seeds and cases have nothing in common.
    const mixed = names.reduce(
      (sum, name) => Math.imul(sum ^ name, 0x9e3779b1) ^ (sum >>> 15),
      seed,
    );
    this.#random = seededRandom(Math.imul(mixed, 0x85ebca6b));
  }

  /** A whole number from 0 to below the limit. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('There is nothing to choose from');
    return item;
  }
}
