import type { Piece } from '@darkroom/transforms/testing/structure/piece.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Values at which counters wrap, signs change and tables end. */
const BOUNDARIES = [
  0, 1, 2, 3, 7, 8, 0x0f, 0x10, 0x7f, 0x80, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff,
  0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

type MutateBytes = (data: Buffer, random: SeededRandom) => Buffer;

const flipBits: MutateBytes = (data, random) => {
  const changed = Buffer.from(data);
  for (let left = 1 + random.below(8); left > 0; left--) {
    const at = random.below(data.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  }
  return changed;
};

/** Sets a number of the file to a boundary value. Most numbers are near the start. */
const setField: MutateBytes = (data, random) => {
  const width = random.of([1, 2, 4]);
  if (data.length < width) return data;
  const changed = Buffer.from(data);
  const room = data.length - width + 1;
  const at = random.below(random.below(2) === 0 ? Math.min(room, 32) : room);
  const value = random.of(BOUNDARIES) % 2 ** (8 * width);
  if (random.below(2) === 0) changed.writeUIntBE(value, at, width);
  else changed.writeUIntLE(value, at, width);
  return changed;
};

const truncate: MutateBytes = (data, random) => data.subarray(0, random.below(data.length));

const repeat: MutateBytes = (data, random) => {
  const from = random.below(data.length);
  const part = data.subarray(from, from + 1 + random.below(64));
  return Buffer.concat([data.subarray(0, from), part, data.subarray(from)]);
};

const fill: MutateBytes = (data, random) => {
  const changed = Buffer.from(data);
  const from = random.below(data.length);
  return changed.fill(
    random.of([0, 0xff, 0x80]),
    from,
    Math.min(data.length, from + 1 + random.below(32)),
  );
};

const remove: MutateBytes = (data, random) => {
  const from = random.below(data.length);
  return Buffer.concat([data.subarray(0, from), data.subarray(from + 1 + random.below(16))]);
};

const ALL = [flipBits, setField, setField, truncate, repeat, fill, remove] as const;

/** Changes some bytes. */
export function mutateBytes(data: Buffer, random: SeededRandom): Buffer {
  return data.length === 0 ? Buffer.from([random.below(256)]) : random.of(ALL)(data, random);
}

type Pieces = readonly Piece[];

/** Wrong lengths that a file may declare for a piece. */
const wrongLengths = (length: number) => [
  ...[0, 1, length - 1, length + 1, length * 2, 0x7fff, 0xffff, 0x7fffffff, 0xfffffff0],
];

/** Changes one of the pieces or its inner pieces. */
function inside(pieces: Pieces, random: SeededRandom, donor: Pieces): Pieces {
  const at = random.below(pieces.length);
  const piece = pieces[at];
  if (!piece) return pieces;
  return pieces.with(at, changed(piece, random, donor));
}

function changed(piece: Piece, random: SeededRandom, donor: Pieces): Piece {
  const { type, data, inner } = piece;
  if (inner && random.below(4) > 0) {
    const prefix = random.below(6) === 0 ? mutateBytes(inner.prefix, random) : inner.prefix;
    return {
      ...piece,
      inner: { ...inner, prefix, pieces: mutatePieces(inner.pieces, random, donor) },
    };
  }
  if (random.below(5) > 0) return { type, data: mutateBytes(data, random) };
  return { ...piece, declared: Math.max(0, random.of(wrongLengths(data.length))) };
}

/**
 * Changes one piece of the tree: removes it, repeats it, exchanges it, replaces it by one of another file, declares a
 * wrong length, or changes its bytes.
 */
export function mutatePieces(pieces: Pieces, random: SeededRandom, donor: Pieces): Pieces {
  if (pieces.length === 0) return donor.slice(0, 1);
  const [one, other] = [random.below(pieces.length), random.below(pieces.length)];
  const [first, second] = [pieces[one], pieces[other]];
  if (!first || !second) return pieces;
  switch (random.below(10)) {
    case 0:
      return pieces.toSpliced(one, 1);
    case 1:
      return pieces.toSpliced(
        other,
        0,
        ...Array.from({ length: 1 + random.below(3) }, () => first),
      );
    case 2:
      return pieces.with(one, second).with(other, first);
    case 3:
      return donor.length > 0 ? pieces.toSpliced(one, random.below(2), random.of(donor)) : pieces;
    case 4:
      return pieces.slice(0, 1 + one);
    default:
      return inside(pieces, random, donor);
  }
}
