/** The inputs of `aws:lambda/function:Function` that the local Lambda uses. */
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

/** The inputs of `aws:lambda/eventSourceMapping:EventSourceMapping` that the local Lambda uses. */
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

/** The result of one invocation. */
export type InvocationResult =
  | { readonly status: 'succeeded'; readonly requestId: string; readonly payload: string }
  | { readonly status: 'failed'; readonly requestId: string; readonly error: FunctionError }
  /** `stop` killed the function before it finished. */
  | { readonly status: 'stopped'; readonly requestId: string };

/**
 * Largest request and largest response of a synchronous invocation, bytes
 * (AWS page "Lambda quotas": 6 MB).
 */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** The result of one batch. */
export interface BatchReport {
  readonly mappingId: string;
  readonly functionName: string;
  readonly messageIds: readonly string[];
  /** Messages that stay in the queue until their visibility timeout ends. */
  readonly failedMessageIds: readonly string[];
  readonly durationMs: number;
  /** Present if the function or its process failed, and with it the whole batch. */
  readonly error?: FunctionError;
}

/** Counts since the start. */
export interface MappingStats {
  readonly mappingId: string;
  readonly functionName: string;
  readonly batchesInFlight: number;
  readonly batches: number;
  readonly functionErrors: number;
  readonly messagesDeleted: number;
  readonly messagesFailed: number;
}

/** Receives the events of an event source mapping. */
export interface MappingListener {
  /** A batch goes to the function, or comes back from it. */
  onWork(bodies: readonly string[], isWorking: boolean): void;
  onBatch(report: BatchReport): void;
  /** Receives one readable line when the queue stops answering, or answers again. */
  onProblem(line: string): void;
}
