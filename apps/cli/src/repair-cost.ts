import type { Estimate } from '@darkroom/operations';
import { LAMBDA_GB_SECOND, type Settings } from '@darkroom/pipeline';

/**
 * Prices of us-east-1, US dollars, as published on 2025-11-01 (aws.amazon.com/s3/pricing, aws.amazon.com/sqs/pricing).
 * `costs` in the settings replaces those of the function and of writes.
 */
export const REQUEST_PRICES = { thousandReads: 0.0004, millionMessages: 0.4 };

export interface RepairCost {
  readonly dollars: number;
  /** At the pipeline's full concurrency. */
  readonly minutes: number;
}

/**
 * ```text
 * dollars = (PUT + LIST) × thousandWrites / 1,000 + (GET + HEAD) × thousandReads / 1,000
 *         + SQS × millionMessages / 10⁶ + GB-seconds × gbSecond
 * minutes = GB-seconds / (memory / 1,024) / queue.maximumConcurrency / 60
 * ```
 */
export function repairCost({ s3, sqs, gbSeconds }: Estimate, settings: Settings): RepairCost {
  const { costs, function: lambda, queue } = settings;
  const gbSecond = costs.gbSecond ?? LAMBDA_GB_SECOND[lambda.architecture];
  const dollars =
    ((s3.put + s3.list) * costs.thousandWrites) / 1000 +
    ((s3.get + s3.head) * REQUEST_PRICES.thousandReads) / 1000 +
    (sqs * REQUEST_PRICES.millionMessages) / 1e6 +
    gbSeconds * gbSecond;
  const seconds = gbSeconds / (lambda.memory / 1024);
  return { dollars, minutes: seconds / queue.maximumConcurrency / 60 };
}
