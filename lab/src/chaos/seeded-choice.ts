import { createHash } from 'node:crypto';

/**
 * A number in [0, 1) that depends on nothing but the seed and the name of what is decided: so a replay decides the same,
 * however differently its processes are scheduled.
 */
export function chance(seed: number, ...name: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...name]))
    .digest();
  return digest.readUInt32BE() / 2 ** 32;
}

/** One of them, with the seed's choice. */
export function choose<T>(
  items: readonly T[],
  seed: number,
  ...name: readonly (string | number)[]
): T {
  const item = items[Math.floor(chance(seed, ...name) * items.length)];
  if (item === undefined) throw new RangeError('There is nothing to choose from');
  return item;
}
