export {
  applyPlan,
  type Applied,
  type ApplyOptions,
  type ApplyProgress,
} from './bucket/apply-plan.ts';
export type { Assumptions, Estimate } from './bucket/estimate.ts';
export { KINDS, MENDABLE, type Kind, type MendableKind } from './bucket/finding.ts';
export {
  planBucket,
  type Plan,
  type PlannedKind,
  type PlanOptions,
  type PlanProgress,
} from './bucket/plan-bucket.ts';
export type { PlanPosition } from './bucket/plan-position.ts';
export type { Requests } from './bucket/requests.ts';
export type { WalkPosition } from './bucket/walk-position.ts';
export { systemClock, type Clock } from './clock.ts';
export { OperationError, type OperationCode } from './errors.ts';
export type { LetterCounts } from './redrive/counts.ts';
export { UNEXPLAINED } from './redrive/dead-letter.ts';
export type { RedriveFilter } from './redrive/filter.ts';
export {
  redrive,
  type Redriven,
  type RedriveOptions,
  type RedriveProgress,
} from './redrive/redrive.ts';
