/** CloudWatch namespace of the function's metrics. Alarms and dashboard use it. */
export const METRICS_NAMESPACE = 'Darkroom';
export const METRICS_SERVICE = 'darkroom';

/** From the least level on. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

/**
 * Dimensions of every metric. The function's name keeps pipelines and stacks of one account apart.
 *
 * @returns in the order in which Powertools writes them
 */
export function metricDimensions<T>(functionName: T): { service: string; FunctionName: T } {
  return { service: METRICS_SERVICE, FunctionName: functionName };
}

/** In addition, the function counts each code of the contract under its own name. */
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

/** A question to the function's log, for CloudWatch Logs Insights. */
export interface LogQuery {
  readonly name: string;
  /** The commands, one a line. Fields are those of the function's report. */
  readonly text: string;
}

/** Placeholder in a query for the key in question. */
export const KEY_TO_REPLACE = 'uploads/REPLACE-ME.jpg';

/**
 * Saved with each pipeline and documented in the runbook.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export const LOG_QUERIES = {
  rejected: {
    name: 'rejected uploads',
    text: lines(
      'filter message = "rejected"',
      'fields @timestamp, key, recipe, code, reason, eTag, duration',
      'sort @timestamp desc',
      'limit 200',
    ),
  },
  slowest: {
    name: 'slowest uploads',
    text: lines(
      'filter message in ["done", "rejected"]',
      'fields @timestamp, key, recipe, duration, bytesIn, bytesOut, outputs, function_request_id',
      'sort duration desc',
      'limit 50',
    ),
  },
  story: {
    name: "one key's story",
    text: lines(
      `filter key = "${KEY_TO_REPLACE}"`,
      'fields @timestamp, message, code, reason, error.message, eTag, recipeHash, outputs, duration, function_request_id',
      'sort @timestamp asc',
      'limit 1000',
    ),
  },
  failed: {
    name: 'failed attempts',
    text: lines(
      'filter message in ["attempt failed", "dead letter", "dead letter not sent"]',
      'fields @timestamp, key, message, code, reason, error.message, function_request_id',
      'sort @timestamp desc',
      'limit 200',
    ),
  },
} as const satisfies Record<string, LogQuery>;

function lines(...commands: readonly string[]): string {
  return commands.join('\n| ');
}
