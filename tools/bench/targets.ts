import { requestsOf } from './aws/counts.ts';
import { rowOf, type Report } from './report.ts';

export interface Target {
  readonly name: string;
  readonly bound: number;
  readonly better: 'more' | 'less';
  readonly of: (report: Report) => number;
  /** Where the report shows why a figure misses the bound. */
  readonly explainedBy: string;
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
    explainedBy: '[Profile](#profile)',
  },
  {
    name: 'thumbnail: Pillow handler ÷ whole function, CPU',
    bound: 5,
    better: 'more',
    of: (r) => cpu(r, 'thumbnail', 'Pillow handler') / cpu(r, 'thumbnail', 'function'),
    explainedBy: '[Profile](#profile)',
  },
  {
    name: 'web variants of 12 megapixels: Display P3 ÷ no profile, CPU',
    bound: 1.1,
    better: 'less',
    of: (r) => cpu(r, 'colour-p3', 'engine') / cpu(r, 'colour-plain', 'engine'),
    explainedBy: '[Display P3](#display-p3)',
  },
  {
    name: 'share of the placeholder in the engine’s thumbnail, CPU',
    bound: 0.1,
    better: 'less',
    of: (r) => 1 - cpu(r, 'no-placeholder', 'engine') / cpu(r, 'thumbnail', 'engine'),
    explainedBy: '[Parts of the whole function](#parts-of-the-whole-function)',
  },
  {
    name: 'requests of a duplicate message',
    bound: 3,
    better: 'less',
    of: (r) => requestsOf(r.duplicate),
    explainedBy: '[reconcile.md](reconcile.md)',
  },
  {
    name: 'whole function without decode and encode ÷ bare sharp’s thumbnail, CPU',
    bound: 0.4,
    better: 'less',
    of: (r) => cpu(r, 'tiny', 'function') / cpu(r, 'thumbnail', 'sharp'),
    explainedBy: '[Profile](#profile)',
  },
  {
    name: 'cold start ÷ importing sharp and the S3 client',
    bound: 1.2,
    better: 'less',
    of: (r) => r.coldStart.ratio,
    explainedBy: '[Cold start](#cold-start)',
  },
  {
    name: 'local pipeline, thumbnails per second ÷ bare sharp on two cores',
    bound: 0.6,
    better: 'more',
    of: (r) => r.burst.perSecond / r.burst.sharpPerSecond,
    explainedBy: '[Burst](#burst)',
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

/** The ratios to bare sharp and the targets, by name; less is better. */
function ratiosOf(report: Report): ReadonlyMap<string, number> {
  const ratios = report.jobs.flatMap(({ title, rows }) =>
    rows.flatMap(({ contestant, ratio }): [string, number][] =>
      ratio !== undefined && (contestant === 'engine' || contestant === 'function')
        ? [[`${title}: ${contestant} ÷ bare sharp`, ratio]]
        : [],
    ),
  );
  const targets = TARGETS.map((target): [string, number] => {
    const figure = figureOf(target, report);
    return [target.name, target.better === 'less' ? figure : 1 / figure];
  });
  return new Map([...ratios, ...targets].filter(([, ratio]) => Number.isFinite(ratio)));
}

/** @returns a line for each ratio that is worse than in the committed report beyond the tolerance */
export function regressions(report: Report, committed: Report): readonly string[] {
  const now = ratiosOf(report);
  return [...ratiosOf(committed)].flatMap(([name, before]) => {
    const ratio = now.get(name);
    return ratio !== undefined && ratio > before * (1 + TOLERANCE)
      ? [`${name}: ${ratio.toFixed(2)}, and ${before.toFixed(2)} in the report`]
      : [];
  });
}
