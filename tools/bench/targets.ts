import { requestsOf } from './aws/counts.ts';
import { rowOf, type Report } from './report.ts';

export interface Target {
  readonly name: string;
  readonly bound: number;
  readonly better: 'more' | 'less';
  readonly of: (report: Report) => number;
  /** Where the report shows why a figure misses the bound. */
  readonly explainedBy: string;
  /** Ids of the jobs and other parts of a run that the figure depends on. Empty: `--check` leaves it out. */
  readonly parts: readonly string[];
}

const cpu = (report: Report, id: string, who: 'engine' | 'function' | 'sharp' | 'Pillow handler') =>
  rowOf(report, id, who).cpu;

/** The ratios that the project aims at. */
export const TARGETS: readonly Target[] = [
  {
    name: 'thumbnail: whole function ÷ bare sharp, CPU',
    bound: 1.4,
    better: 'less',
    of: (r) => rowOf(r, 'thumbnail', 'function').ratio ?? NaN,
    explainedBy: '[Profile](#profile), [its parts](#the-whole-function-and-bare-sharp)',
    parts: ['thumbnail'],
  },
  {
    name: 'thumbnail: Pillow handler ÷ whole function, CPU',
    bound: 5,
    better: 'more',
    of: (r) => cpu(r, 'thumbnail', 'Pillow handler') / cpu(r, 'thumbnail', 'function'),
    explainedBy: '[Profile](#profile), [its parts](#the-whole-function-and-bare-sharp)',
    parts: [],
  },
  {
    name: 'web variants of 12 megapixels: Display P3 ÷ no profile, CPU',
    bound: 1.1,
    better: 'less',
    of: (r) => cpu(r, 'colour-p3', 'engine') / cpu(r, 'colour-plain', 'engine'),
    explainedBy: '[Display P3](#display-p3)',
    parts: ['colour-plain', 'colour-p3'],
  },
  {
    name: 'share of the placeholder in the engine’s thumbnail, CPU',
    bound: 0.1,
    better: 'less',
    of: (r) => 1 - cpu(r, 'no-placeholder', 'engine') / cpu(r, 'thumbnail', 'engine'),
    explainedBy: '[The placeholder](#the-placeholder)',
    // A difference of two figures: its noise is larger than itself.
    parts: [],
  },
  {
    name: 'requests of a duplicate message',
    bound: 3,
    better: 'less',
    of: (r) => requestsOf(r.duplicate),
    explainedBy: '[reconcile.md](reconcile.md)',
    parts: ['duplicate'],
  },
  {
    name: 'whole function without decode and encode ÷ bare sharp’s thumbnail, CPU',
    bound: 0.4,
    better: 'less',
    of: (r) => cpu(r, 'tiny', 'function') / cpu(r, 'thumbnail', 'sharp'),
    explainedBy: '[Profile](#profile), [its parts](#the-whole-function-and-bare-sharp)',
    parts: ['tiny', 'thumbnail'],
  },
  {
    name: 'cold start ÷ importing sharp and the S3 client',
    bound: 1.2,
    better: 'less',
    of: (r) => r.coldStart.ratio,
    explainedBy: '[The start](#the-start)',
    parts: ['cold start'],
  },
  {
    name: 'local pipeline, thumbnails per second ÷ bare sharp on two cores',
    bound: 0.6,
    better: 'more',
    of: (r) => r.burst.perSecond / r.burst.sharpPerSecond,
    explainedBy: '[The burst](#the-burst)',
    parts: ['burst'],
  },
];

/** "met", or by how much of the bound the figure misses it. Without a figure: "not measured". */
export function verdictOf(
  figure: number,
  { bound, better }: Pick<Target, 'bound' | 'better'>,
): string {
  if (!Number.isFinite(figure)) return 'not measured';
  const isMet = better === 'more' ? figure >= bound : figure <= bound;
  return isMet ? 'met' : `missed by ${((Math.abs(figure - bound) / bound) * 100).toFixed(0)} %`;
}

/** A figure, or NaN if a rival was not measured. */
export function figureOf({ of }: Target, report: Report): number {
  try {
    return of(report);
  } catch {
    return NaN;
  }
}

/** What `--check` accepts: a ratio may be worse by this share. */
export const TOLERANCE = 0.25;

/** A figure of `--check`; less is better. */
interface Checked {
  readonly name: string;
  readonly ratio: number;
  /** Ids of jobs and other parts of a run: what to measure again. */
  readonly parts: readonly string[];
}

/** The ratios to bare sharp and the targets. */
function checked(report: Report): readonly Checked[] {
  const ratios = report.jobs.flatMap(({ id, title, rows }) =>
    rows.flatMap(({ contestant, ratio }): Checked[] =>
      ratio !== undefined && (contestant === 'engine' || contestant === 'function')
        ? [{ name: `${title}: ${contestant} ÷ bare sharp`, ratio, parts: [id] }]
        : [],
    ),
  );
  const targets = TARGETS.filter(({ parts }) => parts.length > 0).map((target): Checked => {
    const figure = figureOf(target, report);
    const ratio = target.better === 'less' ? figure : 1 / figure;
    return { name: target.name, ratio, parts: target.parts };
  });
  return [...ratios, ...targets].filter(({ ratio }) => Number.isFinite(ratio));
}

/** What a report keeps for `--check`. */
export function checkFigures(report: Report): Readonly<Record<string, number>> {
  return Object.fromEntries(checked(report).map(({ name, ratio }) => [name, ratio]));
}

export interface Regression extends Checked {
  /** In the committed report. */
  readonly before: number;
}

/** The figures that are worse than in the committed report beyond the tolerance. */
export function regressions(
  report: Report,
  committed: Readonly<Record<string, number>>,
): readonly Regression[] {
  return checked(report).flatMap((figure) => {
    const before = committed[figure.name];
    return before !== undefined && figure.ratio > before * (1 + TOLERANCE)
      ? [{ ...figure, before }]
      : [];
  });
}
