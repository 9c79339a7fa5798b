import { OUTPUT_FORMATS, type OutputFormat } from '@darkroom/transforms';
import { STRUCTURES } from '@darkroom/transforms/testing/structure/index.ts';
import { basesOf } from './image-bases.ts';
import { Dice } from './seeded-random.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutatePieces } from './mutate-pieces.ts';

/** One of the pictures that a seed stands for. */
export interface CaseId {
  readonly seed: number;
  readonly format: OutputFormat;
  /** Counted from 0. */
  readonly index: number;
}

const bases = new Map<OutputFormat, Promise<readonly Buffer[]>>();

function known(format: OutputFormat): Promise<readonly Buffer[]> {
  const made = bases.get(format) ?? basesOf(format);
  bases.set(format, made);
  return made;
}

/** A real file with one to four changes, most often one, that respect its structure, seldom one that does not. The same id, the same bytes. */
export async function pictureCase({ seed, format, index }: CaseId): Promise<Buffer> {
  const dice = new Dice(seed, OUTPUT_FORMATS.indexOf(format), index);
  const files = await known(format);
  const { split, join } = STRUCTURES[format];
  const donor = split(dice.of(files));
  let pieces = split(dice.of(files));
  for (let left = 1 + dice.below(1 + dice.below(4)); left > 0; left--)
    pieces = mutatePieces(pieces, dice, donor);
  const file = join(pieces);
  return dice.below(10) === 0 ? mutateBytes(file, dice) : file;
}
