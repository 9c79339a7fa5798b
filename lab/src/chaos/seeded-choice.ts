import { createHash } from 'node:crypto';

/**
 * A number in [0, 1) that depends only on the seed and the name of the decision. A repeated run decides the same,
 * whatever the order in which its processes run.
 */
export function chance(seed: number, ...name: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...name]))
    .digest();
  return digest.readUInt32BE() / 2 ** 32;
}

/** The item that the seed chooses. */
export function choose<T>(
  items: readonly T[],
  seed: number,
  ...name: readonly (string | number)[]
): T {
  const item = items[Math.floor(chance(seed, ...name) * items.length)];
  if (item === undefined) throw new RangeError('The list is empty');
  return item;
}
