import type { Dice } from './seeded-random.ts';

/** Where counters wrap, signs change and tables end. */
const BOUNDARIES = [
  0, 1, 2, 3, 7, 8, 0x0f, 0x10, 0x7f, 0x80, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff,
  0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

type MutateBytes = (data: Buffer, dice: Dice) => Buffer;

const flipBits: MutateBytes = (data, dice) => {
  const changed = Buffer.from(data);
  for (let left = 1 + dice.below(8); left > 0; left--) {
    const at = dice.below(data.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8));
  }
  return changed;
};

/** A number of the file becomes one at a boundary; most stand near the beginning. */
const setField: MutateBytes = (data, dice) => {
  const width = dice.of([1, 2, 4]);
  if (data.length < width) return data;
  const changed = Buffer.from(data);
  const room = data.length - width + 1;
  const at = dice.below(dice.below(2) === 0 ? Math.min(room, 32) : room);
  const value = dice.of(BOUNDARIES) % 2 ** (8 * width);
  if (dice.below(2) === 0) changed.writeUIntBE(value, at, width);
  else changed.writeUIntLE(value, at, width);
  return changed;
};

const truncate: MutateBytes = (data, dice) => data.subarray(0, dice.below(data.length));

const repeat: MutateBytes = (data, dice) => {
  const from = dice.below(data.length);
  const part = data.subarray(from, from + 1 + dice.below(64));
  return Buffer.concat([data.subarray(0, from), part, data.subarray(from)]);
};

const fill: MutateBytes = (data, dice) => {
  const changed = Buffer.from(data);
  const from = dice.below(data.length);
  return changed.fill(
    dice.of([0, 0xff, 0x80]),
    from,
    Math.min(data.length, from + 1 + dice.below(32)),
  );
};

const remove: MutateBytes = (data, dice) => {
  const from = dice.below(data.length);
  return Buffer.concat([data.subarray(0, from), data.subarray(from + 1 + dice.below(16))]);
};

const ALL = [flipBits, setField, setField, truncate, repeat, fill, remove] as const;

/** Changes some bytes. */
export function mutateBytes(data: Buffer, dice: Dice): Buffer {
  return data.length === 0 ? Buffer.from([dice.below(256)]) : dice.of(ALL)(data, dice);
}
