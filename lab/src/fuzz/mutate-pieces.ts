import type { Piece } from '@darkroom/transforms/testing/structure/piece.ts';
import type { Dice } from './seeded-random.ts';
import { mutateBytes } from './mutate-bytes.ts';

type Pieces = readonly Piece[];

/** Lengths that a file may claim for a piece of so many bytes. */
const liesAbout = (length: number) => [
  ...[0, 1, length - 1, length + 1, length * 2, 0x7fff, 0xffff, 0x7fffffff, 0xfffffff0],
];

/** Changes one of the pieces, or what it is divided into. */
function inside(pieces: Pieces, dice: Dice, donor: Pieces): Pieces {
  const at = dice.below(pieces.length);
  const piece = pieces[at];
  if (!piece) return pieces;
  return pieces.with(at, changed(piece, dice, donor));
}

function changed(piece: Piece, dice: Dice, donor: Pieces): Piece {
  const { type, data, inner } = piece;
  if (inner && dice.below(4) > 0) {
    const prefix = dice.below(6) === 0 ? mutateBytes(inner.prefix, dice) : inner.prefix;
    return {
      ...piece,
      inner: { ...inner, prefix, pieces: mutatePieces(inner.pieces, dice, donor) },
    };
  }
  if (dice.below(5) > 0) return { type, data: mutateBytes(data, dice) };
  return { ...piece, declared: Math.max(0, dice.of(liesAbout(data.length))) };
}

/**
 * Changes one thing: a piece is left out, repeated, exchanged with another, brought in from another file, lies about its
 * length, or has its bytes changed, wherever in the tree it stands.
 */
export function mutatePieces(pieces: Pieces, dice: Dice, donor: Pieces): Pieces {
  if (pieces.length === 0) return donor.slice(0, 1);
  const [one, other] = [dice.below(pieces.length), dice.below(pieces.length)];
  const [first, second] = [pieces[one], pieces[other]];
  if (!first || !second) return pieces;
  switch (dice.below(10)) {
    case 0:
      return pieces.toSpliced(one, 1);
    case 1:
      return pieces.toSpliced(other, 0, ...Array.from({ length: 1 + dice.below(3) }, () => first));
    case 2:
      return pieces.with(one, second).with(other, first);
    case 3:
      return donor.length > 0 ? pieces.toSpliced(one, dice.below(2), dice.of(donor)) : pieces;
    case 4:
      return pieces.slice(0, 1 + one);
    default:
      return inside(pieces, dice, donor);
  }
}
