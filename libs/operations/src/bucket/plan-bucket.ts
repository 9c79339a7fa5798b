import type { Settings } from '@darkroom/pipeline';
import { comparisonOf, type Buckets } from './buckets.ts';
import type { Comparison } from './comparison.ts';
import { completeAssumptions, estimate, type Assumptions, type Estimate } from './estimate.ts';
import { KINDS, type Kind } from './finding.ts';
import { checkPlanPosition, type PlanPosition } from './plan-position.ts';
import { addFinding, emptyTally, type Tally } from './tally.ts';
import { startOf } from './walk-position.ts';
import { walk } from './walk.ts';

export interface PlanRun {
  readonly assumptions?: Assumptions;
  /** A `position` of an earlier run, to go on there. */
  readonly position?: unknown;
  /** After each page of up to 500 keys: what to save, and what to show. */
  readonly onProgress?: (progress: PlanProgress) => void;
  /** Ends the run after the page that is under way. */
  readonly signal?: AbortSignal;
}

export type PlanOptions = Buckets & PlanRun & { readonly settings: Settings };

export interface PlanProgress {
  /** Sources, and folders without one, that have been compared, those before `position` included. */
  readonly compared: number;
  readonly position: PlanPosition;
}

export interface Plan {
  readonly kinds: Readonly<Record<Kind, PlannedKind>>;
  /** Where to go on, when the signal has ended the run: the figures are those until there. */
  readonly position?: PlanPosition;
}

export interface PlannedKind {
  readonly keys: number;
  /** Of their sources. */
  readonly bytes: number;
  /** To mend them; of nothing for what no message mends. */
  readonly estimate: Estimate;
  /** Up to ten of the keys; of `leftover` the folders. */
  readonly examples: readonly string[];
}

/**
 * Compares the uploads with their outputs and the recipes, and changes nothing. Both buckets are listed once, in pages,
 * and one manifest is read for each upload that has one: a bucket of any size takes the same memory.
 *
 * @throws OperationError `INVALID_POSITION`; errors of S3 as the SDK throws them
 */
export function planBucket(options: PlanOptions): Promise<Plan> {
  return plan(comparisonOf(options), options.settings, options);
}

export async function plan(
  comparison: Comparison,
  settings: Pick<Settings, 'function' | 'queue'>,
  { assumptions = {}, position, onProgress, signal }: PlanRun,
): Promise<Plan> {
  const from =
    position === undefined
      ? { walk: startOf(comparison), tally: emptyTally() }
      : checkPlanPosition(position, comparison);
  const tally = structuredClone(from.tally);
  let at = from.walk;
  for await (const { entries, end } of walk(comparison, at)) {
    for (const finding of entries.flatMap(({ findings }) => findings)) addFinding(tally, finding);
    at = end;
    onProgress?.({
      compared: compared(tally),
      position: { walk: at, tally: structuredClone(tally) },
    });
    if (signal?.aborted)
      return { ...summary(tally, settings, assumptions), position: { walk: at, tally } };
  }
  return summary(tally, settings, assumptions);
}

function compared(tally: Tally): number {
  return KINDS.reduce((sum, kind) => sum + tally[kind].keys, 0);
}

function summary(
  tally: Tally,
  settings: Pick<Settings, 'function' | 'queue'>,
  assumptions: Assumptions,
): Plan {
  const complete = completeAssumptions(assumptions, tally);
  const kinds = KINDS.map((kind) => {
    const { keys, bytes, examples } = tally[kind];
    const planned = { keys, bytes, examples, estimate: estimate(tally[kind], settings, complete) };
    return [kind, planned] as const;
  });
  return { kinds: Object.fromEntries(kinds) as unknown as Plan['kinds'] };
}
