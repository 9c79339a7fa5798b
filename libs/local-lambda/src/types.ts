/** What `aws:lambda/function:Function` asks for. */
export interface FunctionSpec {
  name: string;
  arn: string;
  /** Unpacked package, absolute path. */
  codeDirectory: string;
  handler: string;
  runtime: string;
  timeoutSeconds: number;
  memoryMiB: number;
  environment: Readonly<Record<string, string>>;
}

/** What `aws:lambda/eventSourceMapping:EventSourceMapping` asks for. */
export interface EventSourceMappingSpec {
  id: string;
  queueUrl: string;
  queueArn: string;
  functionName: string;
  batchSize: number;
  batchWindowSeconds: number;
  maximumConcurrency?: number;
  reportBatchItemFailures: boolean;
}

/** An error of the function or its process, in the shape that Lambda gives callers. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What became of one invocation. Only a broken promise of ours throws instead. */
export type InvocationResult =
  | { readonly status: 'succeeded'; readonly requestId: string; readonly payload: string }
  | { readonly status: 'failed'; readonly requestId: string; readonly error: FunctionError }
  /** The service was stopped first: the function did not finish, and is dead. */
  | { readonly status: 'stopped'; readonly requestId: string };

/**
 * Largest request and largest response of a synchronous invocation, bytes
 * (AWS page "Lambda quotas": 6 MB).
 */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

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
