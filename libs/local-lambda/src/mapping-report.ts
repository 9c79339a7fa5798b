import type { FunctionError } from './invocation.ts';

/** What became of one batch. */
export interface BatchReport {
  readonly mappingId: string;
  readonly functionName: string;
  readonly messageIds: readonly string[];
  /** Left in the queue: they come back when their visibility timeout is over. */
  readonly failedMessageIds: readonly string[];
  readonly durationMs: number;
  /** Why the whole batch failed, where the function or its process did. */
  readonly error?: FunctionError;
}

/** Counted since the start. */
export interface MappingStats {
  readonly mappingId: string;
  readonly functionName: string;
  readonly batchesInFlight: number;
  readonly batches: number;
  readonly functionErrors: number;
  readonly messagesDeleted: number;
  readonly messagesFailed: number;
}

/** How an event source mapping tells about itself. */
export interface MappingListener {
  onBatch(report: BatchReport): void;
  /** The queue does not answer, or answers again. One line for a person. */
  onProblem(line: string): void;
}
