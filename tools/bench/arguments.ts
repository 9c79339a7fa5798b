import { parseArgs, type ParseArgsConfig } from 'node:util';

export const BENCHMARKS = ['cold-start', 'transforms'] as const;
export type Benchmark = (typeof BENCHMARKS)[number];

const OPTIONS = {
  /** Folder of photos; without it, pictures are generated. */
  photos: { type: 'string' },
  /** How often everything is measured. */
  rounds: { type: 'string' },
  /** Photos with fewer megapixels are enlarged to as many. */
  megapixels: { type: 'string' },
  /** Writes the figures into docs/performance.md. */
  write: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

export interface Arguments {
  readonly benchmarks: readonly Benchmark[];
  readonly photos?: string;
  /** At least 1; each benchmark has its default. */
  readonly rounds?: number;
  /** Above 0, at most 100. */
  readonly megapixels?: number;
  readonly write: boolean;
}

/** The arguments are wrong; the message explains why. */
export class ArgumentsError extends Error {
  override name = 'ArgumentsError';
  readonly code = 'BAD_ARGUMENTS';
}

const MOST_ROUNDS = 1_000;
const MOST_MEGAPIXELS = 100;

function number(name: string, given: string | undefined, most: number): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== '' && value > 0 && value <= most) return value;
  throw new ArgumentsError(`--${name} takes a number above 0 and up to ${most}, and not ${given}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new ArgumentsError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** @throws ArgumentsError */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const isKnown = (name: string): name is Benchmark => BENCHMARKS.some((known) => known === name);
  const unknown = positionals.filter((name) => !isKnown(name));
  if (unknown.length > 0) {
    throw new ArgumentsError(
      `no benchmark is called ${unknown.join(', ')}; there are ${BENCHMARKS.join(', ')}`,
    );
  }
  const rounds = number('rounds', values.rounds, MOST_ROUNDS);
  if (rounds !== undefined && !Number.isInteger(rounds)) {
    throw new ArgumentsError(`--rounds takes a whole number, and not ${rounds}`);
  }
  const megapixels = number('megapixels', values.megapixels, MOST_MEGAPIXELS);
  const benchmarks = positionals.filter(isKnown);
  const { photos, write } = values;
  return {
    benchmarks: benchmarks.length > 0 ? benchmarks : BENCHMARKS,
    ...(photos === undefined ? {} : { photos }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(megapixels === undefined ? {} : { megapixels }),
    write,
  };
}
