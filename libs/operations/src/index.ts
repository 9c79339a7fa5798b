export { apply, type Applied, type ApplyOptions, type ApplyProgress } from './apply.ts';
export {
  compare,
  type Assumptions,
  type ComparedKind,
  type CompareOptions,
  type ComparePosition,
  type CompareProgress,
  type Comparison,
  type Estimate,
} from './compare.ts';
export { UNEXPLAINED } from './dead-letters.ts';
export { KINDS, REPAIRABLE, type Kind, type RepairableKind, type Requests } from './judge.ts';
export { OperationError, type OperationCode } from './operation-error.ts';
export type { WalkPosition } from './position.ts';
export {
  redrive,
  type DeadLetterCounts,
  type Redriven,
  type RedriveFilter,
  type RedriveOptions,
  type RedriveProgress,
} from './redrive.ts';
export { systemClock, type Clock } from './send.ts';
