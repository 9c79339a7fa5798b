import { METRICS, METRICS_NAMESPACE, metricDimensions } from '@darkroom/pipeline';

type QueueName = 'queue' | 'deadLetters' | 'webhookQueue' | 'webhookDeadLetters';

/** One metric with its statistic, wherever the pipeline is deployed. */
export interface Metric {
  /** `uploads`: the function's own, `METRICS` and a count for each code. A number: the EventBridge rule of that index. */
  readonly of: QueueName | 'function' | 'uploads' | number;
  readonly name: string;
  readonly stat: string;
}

/** Names of the watched resources: text, or outputs of Pulumi. */
export interface Watched<T> {
  readonly queue: T;
  readonly deadLetters: T;
  readonly functionName: T;
  /** Only with `events.webhook`. */
  readonly webhookQueue?: T;
  readonly webhookDeadLetters?: T;
  /** EventBridge rules that send to the queue instead of the bucket. */
  readonly rules: readonly T[];
}

/** Where CloudWatch has the metric. */
export function located<T>(
  { of, name: metricName }: Metric,
  watched: Watched<T>,
): {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, T | string>>;
} {
  const { functionName, rules } = watched;
  if (typeof of === 'number') {
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    const RuleName = rules[of] ?? '';
    return { namespace: 'AWS/Events', metricName, dimensions: { RuleName } };
  }
  switch (of) {
    case 'queue':
    case 'deadLetters':
    case 'webhookQueue':
    case 'webhookDeadLetters':
      return { namespace: 'AWS/SQS', metricName, dimensions: { QueueName: watched[of] ?? '' } };
    case 'function':
      return { namespace: 'AWS/Lambda', metricName, dimensions: { FunctionName: functionName } };
    case 'uploads':
      return {
        namespace: METRICS_NAMESPACE,
        metricName,
        dimensions: metricDimensions(functionName),
      };
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const sqs = (of: QueueName, name: string, stat: string): Metric => ({
  of,
  name,
  stat,
});
/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const lambda = (name: string, stat: string): Metric => ({ of: 'function', name, stat });
const uploads = (name: string, stat: string): Metric => ({ of: 'uploads', name, stat });

/** All that alarms and dashboard look at. */
export const WATCHED = {
  messages: sqs('queue', 'NumberOfMessagesSent', 'Sum'),
  settled: sqs('queue', 'NumberOfMessagesDeleted', 'Sum'),
  waiting: sqs('queue', 'ApproximateNumberOfMessagesVisible', 'Maximum'),
  inFlight: sqs('queue', 'ApproximateNumberOfMessagesNotVisible', 'Maximum'),
  oldest: sqs('queue', 'ApproximateAgeOfOldestMessage', 'Maximum'),
  deadLetters: sqs('deadLetters', 'ApproximateNumberOfMessagesVisible', 'Maximum'),
  /** Received by an operator who has not deleted them. */
  receivedDeadLetters: sqs('deadLetters', 'ApproximateNumberOfMessagesNotVisible', 'Maximum'),
  oldestEvent: sqs('webhookQueue', 'ApproximateAgeOfOldestMessage', 'Maximum'),
  undeliveredEvents: sqs('webhookDeadLetters', 'ApproximateNumberOfMessagesVisible', 'Maximum'),
  calls: lambda('Invocations', 'Sum'),
  errors: lambda('Errors', 'Sum'),
  throttles: lambda('Throttles', 'Sum'),
  atOnce: lambda('ConcurrentExecutions', 'Maximum'),
  callTime: lambda('Duration', 'Sum'),
  typicalCall: lambda('Duration', 'p50'),
  slowestCalls: lambda('Duration', 'p99'),
  memory: uploads(METRICS.memoryUsed, 'Maximum'),
  done: uploads('DONE', 'Sum'),
  outputs: uploads(METRICS.outputs, 'Sum'),
  typicalUpload: uploads(METRICS.duration, 'p50'),
  slowestUploads: uploads(METRICS.duration, 'p99'),
  rejected: uploads(METRICS.rejected, 'Sum'),
  decided: uploads(METRICS.rejected, 'SampleCount'),
  failed: uploads(METRICS.failed, 'Sum'),
  attempts: uploads(METRICS.failed, 'SampleCount'),
} as const satisfies Record<string, Metric>;

/** How often EventBridge could not deliver an event of a rule, or not even send it to the dead letters. */
export function eventsOf(
  rule: number,
  name: 'FailedInvocations' | 'InvocationsFailedToBeSentToDlq',
): Metric {
  return { of: rule, name, stat: 'Sum' };
}

/** How often a code of the contract occurred. */
export function countOf(code: string): Metric {
  return uploads(code, 'Sum');
}
