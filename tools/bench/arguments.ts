import { parseArgs, type ParseArgsConfig } from 'node:util';

const OPTIONS = {
  /** Folder of photos; left out, the tool generates pictures. */
  photos: { type: 'string' },
  /** Folder with `venv` and `node_modules` of the rivals (docs/performance.md). */
  rivals: { type: 'string' },
  /** One round with one small photo; writes nothing without `--write`. */
  quick: { type: 'boolean', default: false },
  /** Writes the report of a quick run, too. The page says that it is one. */
  write: { type: 'boolean', default: false },
  /** Measures the least that shows a regression, and compares it with the committed report. With `--write`, renews the figures there. */
  check: { type: 'boolean', default: false },
  /** Generates the page and the plots from the committed report, and measures nothing. */
  render: { type: 'boolean', default: false },
  rounds: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

/** What to measure: all jobs, or the settings of the encoders. */
const PARTS = ['jobs', 'encoders'] as const;

export interface Arguments {
  readonly part: (typeof PARTS)[number];
  readonly photos?: string;
  readonly rivals?: string;
  readonly quick: boolean;
  readonly write: boolean;
  readonly check: boolean;
  readonly render: boolean;
  readonly rounds: number;
}

/** The arguments are wrong; the message explains why. */
export class ArgumentsError extends Error {
  override name = 'ArgumentsError';
  readonly code = 'BAD_ARGUMENTS';
}

const ROUNDS = 3;
const MOST_ROUNDS = 100;

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
  const [given = 'jobs', ...more] = positionals;
  const part = PARTS.find((name) => name === given);
  if (part === undefined || more.length > 0)
    throw new ArgumentsError(
      `The benchmark measures ${PARTS.join(' or ')}, not ${positionals.join(' ')}`,
    );
  const { rounds, ...rest } = values;
  const count = rounds === undefined ? (values.quick ? 1 : ROUNDS) : Number(rounds);
  if (!Number.isInteger(count) || count < 1 || count > MOST_ROUNDS)
    throw new ArgumentsError(
      `--rounds takes a whole number from 1 to ${MOST_ROUNDS}, not ${rounds}`,
    );
  return { ...rest, part, rounds: count };
}
