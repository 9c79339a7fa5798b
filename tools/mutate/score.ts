import type { Equivalent } from './module.ts';

/** A mutant that Stryker tried. */
export interface Mutant {
  readonly file: string;
  /** 1 for the first line. */
  readonly lineNumber: number;
  /** The source line in which it begins, without indentation. */
  readonly line: string;
  /** The source text that it replaces. */
  readonly original: string;
  readonly replacement: string;
  /** A mutant that stops a test by its time limit counts as killed. */
  readonly killed: boolean;
  /** Whether a test of the module runs its line. */
  readonly covered: boolean;
}

export interface Score {
  readonly mutants: number;
  readonly equivalents: number;
  readonly killed: number;
  /** killed ÷ (mutants − equivalents) in percent, rounded down to one decimal; 100 if nothing is left. */
  readonly percent: number;
  readonly survivors: readonly Mutant[];
  /** Entries that match no mutant, or one that a test kills: remove them from the table. */
  readonly wrongEquivalents: readonly Equivalent[];
}

export function scoreOf(mutants: readonly Mutant[], equivalents: readonly Equivalent[]): Score {
  const survived = mutants.filter(({ killed }) => !killed);
  const survivors = survived.filter(
    (mutant) => !equivalents.some((entry) => matches(entry, mutant)),
  );
  const excluded = survived.length - survivors.length;
  const counted = mutants.length - excluded;
  const killed = mutants.length - survived.length;
  return {
    mutants: mutants.length,
    equivalents: excluded,
    killed,
    percent: counted === 0 ? 100 : Math.floor((killed / counted) * 1000) / 10,
    survivors,
    wrongEquivalents: equivalents.filter(
      (entry) => !survived.some((mutant) => matches(entry, mutant)),
    ),
  };
}

function matches({ file, line, replacements }: Equivalent, mutant: Mutant): boolean {
  return (
    file === mutant.file &&
    line === mutant.line &&
    (replacements === undefined || replacements.includes(mutant.replacement))
  );
}
