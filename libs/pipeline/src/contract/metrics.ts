/** Where the function's metrics stand in CloudWatch; alarms and dashboard look there. */
export const METRICS_NAMESPACE = 'Darkroom';
export const METRICS_SERVICE = 'darkroom';

/**
 * Dimensions of every metric. The function's name keeps pipelines and stacks of one account apart.
 *
 * @returns in the order in which Powertools writes them
 */
export function metricDimensions<T>(functionName: T): { service: string; FunctionName: T } {
  return { service: METRICS_SERVICE, FunctionName: functionName };
}

/** Beside these, each code of the contract is counted under its own name. */
export const METRICS = {
  /** Milliseconds for one key. */
  duration: 'Duration',
  /** 1 for a rejected upload, 0 for one that is done: so the average is the share. */
  rejected: 'Rejected',
  /** 1 for an attempt that has to come again, 0 for any other: so the average is the share. */
  failed: 'Failed',
  /** Variants written. */
  outputs: 'Outputs',
  /** Most memory that the process has held so far, percent of the function's. */
  memoryUsed: 'MemoryUsed',
} as const;
