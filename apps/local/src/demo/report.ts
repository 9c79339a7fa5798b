import Table from 'cli-table3';
import pc from 'picocolors';
import type { SampleResult } from './run-samples.ts';

const number = new Intl.NumberFormat('en');

function bytesOut({ manifest }: SampleResult): number {
  return manifest?.outputs.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
}

/** Names may hold what a terminal acts on. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�');
}

function colour(outcome: string, good: boolean): string {
  if (!good) return pc.red(outcome);
  return outcome === 'done' ? pc.green(outcome) : pc.yellow(outcome);
}

function table(results: readonly SampleResult[]): string {
  const rows = new Table({
    head: ['key', 'outcome', 'variants', 'bytes in', 'bytes out', 'ms'].map((title) =>
      pc.bold(title),
    ),
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const result of results) {
    const { outcome, good } = judge(result);
    rows.push([
      printable(result.key),
      colour(outcome, good),
      String(result.manifest?.outputs.length ?? ''),
      number.format(result.bytes),
      number.format(bytesOut(result)),
      result.tookMs === undefined ? '–' : number.format(Math.round(result.tookMs)),
    ]);
  }
  return rows.toString();
}

/** `13 samples: 11 done, 2 rejected as expected · 2,345,678 bytes in, 3,456,789 out · 4.2 s` */
function summary(results: readonly SampleResult[], tookMs: number): string {
  const count = (holds: (result: SampleResult) => boolean) => results.filter(holds).length;
  const parts = [
    [count(({ manifest }) => manifest?.status === 'done'), 'done'],
    [count(({ manifest }) => manifest?.status === 'rejected'), 'rejected'],
    [count(({ hasRecipe }) => !hasRecipe), 'without a recipe'],
    [count(({ manifest, hasRecipe }) => hasRecipe && !manifest), 'without an outcome'],
  ] as const;
  const counted = parts.filter(([times]) => times > 0).map(([times, what]) => `${times} ${what}`);
  const input = results.reduce((sum, { bytes }) => sum + bytes, 0);
  const output = results.reduce((sum, result) => sum + bytesOut(result), 0);
  return [
    `${results.length} ${results.length === 1 ? 'file' : 'files'}: ${counted.join(', ')}`,
    `${number.format(input)} bytes in, ${number.format(output)} out`,
    `${(tookMs / 1000).toFixed(1)} s`,
  ].join(' · ');
}

/** The final output of the demo: the table, the problems, and a line of totals. */
export function report(results: readonly SampleResult[], tookMs: number): string {
  const problems = results.flatMap((result) => judge(result).problem ?? []);
  const repeated = results.some(({ manifest, tookMs: ms }) => manifest && ms === undefined);
  return [
    table(results),
    ...(repeated ? ['–: the same upload had been processed before'] : []),
    ...problems.map((problem) => pc.red(printable(problem))),
    summary(results, tookMs),
  ].join('\n');
}

/** What the table says of a sample, and whether that is how it should be. */
export interface Verdict {
  readonly outcome: string;
  readonly good: boolean;
  /** The problem, for the last lines. */
  readonly problem?: string;
}

/** A file of the user's own may be rejected; a sample of ours may not. */
export function judge({ sample, key, manifest, hasRecipe }: SampleResult): Verdict {
  if (!hasRecipe) return { outcome: 'no recipe', good: true };
  if (!manifest) return { outcome: 'none yet', good: false, problem: `${key} has no outcome yet` };
  const actual = manifest.status === 'done' ? 'done' : manifest.error.code;
  const { expected = actual } = sample;
  const rejected = manifest.status === 'rejected';
  const outcome = rejected ? `rejected: ${manifest.error.code}` : 'done';
  if (actual === expected) return { outcome, good: true };
  const why = rejected ? ` (${manifest.error.message})` : '';
  return { outcome, good: false, problem: `${key} is ${actual}${why}, not ${expected}` };
}
