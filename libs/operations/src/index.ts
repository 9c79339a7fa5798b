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
export {
  identityOf,
  s3BucketReader,
  s3SourceReader,
  type ListedObject,
  type ObjectHead,
} from './listing.ts';
export { OperationError, type OperationCode } from './operation-error.ts';
export {
  followUpload,
  outcomeSchema,
  readManifestOf,
  readSource,
  type Outcome,
} from './outcome.ts';
export type { WalkPosition } from './position.ts';
export {
  redrive,
  redriveReport,
  redriveReportSchema,
  type DeadLetterCounts,
  type Redriven,
  type RedriveFilter,
  type RedriveOptions,
  type RedriveProgress,
  type RedriveReport,
} from './redrive.ts';
export { findUpload, removedSchema, removeUpload, type Removed } from './remove.ts';
export { retriedSchema, retryUploads, type Retried } from './retry.ts';
export { systemClock, type Clock } from './send.ts';
export {
  overviewSchema,
  readOverview,
  readUploadStatus,
  uploadStatusSchema,
  type Activity,
  type Alarm,
  type FunctionEvent,
  type Overview,
  type Pipeline,
  type UploadStatus,
} from './status.ts';
