import { Probe, problemOf } from '../image-probe/probe.ts';
import { DEFAULT_LIMITS, type TrialLimits } from '../image-probe/trial.ts';
import { imageCase, type CaseId, type FuzzedFormat } from './image-case.ts';

/** Small: a header with a wrong size costs milliseconds. */
const FUZZ_LIMITS: TrialLimits = { ...DEFAULT_LIMITS, pixels: 4_000_000, pages: 50 };

/** An image that ended in a wrong outcome. */
export interface Finding extends CaseId {
  readonly source: Buffer;
  readonly problem: string;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Tried in turns. */
  readonly formats: readonly FuzzedFormat[];
  /** Index of the first case; default 0. */
  readonly from?: number;
  /** Maximum number of cases of each format. */
  readonly cases: number;
  /** Time after which no case starts, milliseconds since 1970. */
  readonly until: number;
  /** Processes; default 1. */
  readonly processes?: number;
  readonly onFinding?: (finding: Finding) => void | Promise<void>;
}

export interface FuzzFigures {
  readonly cases: number;
  /** Number of cases by code. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly slowestMilliseconds: number;
  /** Largest growth of a process for one case, MiB; 0 if the system does not report it. */
  readonly grownMiB: number;
}

/** Tries mutated images in processes of their own. The same seed makes the same images. */
export async function fuzzImages(options: FuzzOptions): Promise<FuzzFigures> {
  const { from = 0, processes = 1 } = options;
  const findings: Finding[] = [];
  const outcomes: Record<string, number> = {};
  let [cases, slowestMilliseconds, grownMiB, next] = [0, 0, 0, 0];

  const takeCase = (): CaseId | undefined => {
    const { formats, seed } = options;
    const format = formats[next % formats.length];
    const index = from + Math.floor(next / formats.length);
    if (!format || index >= from + options.cases || Date.now() >= options.until) return undefined;
    next += 1;
    return { seed, format, index };
  };
  const work = async (probe: Probe): Promise<void> => {
    for (let id = takeCase(); id; id = takeCase()) {
      const source = await imageCase(id);
      const given = await probe.try(source);
      cases += 1;
      const code = given.kind === 'end' ? 'CRASH' : given.outcomes[0].code;
      outcomes[code] = (outcomes[code] ?? 0) + 1;
      if (given.kind === 'answer') {
        slowestMilliseconds = Math.max(slowestMilliseconds, given.milliseconds);
        grownMiB = Math.max(grownMiB, given.grownMiB ?? 0);
      }
      const wrong = problemOf(given);
      if (wrong === undefined) continue;
      const finding = { ...id, source, problem: wrong };
      findings.push(finding);
      await options.onFinding?.(finding);
    }
  };
  const probes = Array.from({ length: processes }, () => new Probe({ limits: FUZZ_LIMITS }));
  try {
    await Promise.all(probes.map(work));
  } finally {
    await Promise.all(probes.map((probe) => probe.stop()));
  }
  return { cases, outcomes, findings, slowestMilliseconds, grownMiB };
}

/** Describes a finding, with the command that repeats it. */
export function describeFinding({ seed, format, index, problem: wrong }: Finding): string {
  return `${format} ${index} of seed ${seed}: ${wrong}\n  to repeat: npm run lab -- fuzz --seed ${seed} --format ${format} --index ${index}`;
}
