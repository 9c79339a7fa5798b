import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Recipe } from '@darkroom/pipeline';
import { s3BucketReader } from '../bucket/s3-bucket-reader.ts';
import type { Clock } from '../clock.ts';
import type { LetterCounts } from './counts.ts';
import { createExplainer } from './explain.ts';
import type { RedriveFilter } from './filter.ts';
import { RedriveRun } from './redrive-run.ts';

export interface RedriveOptions {
  readonly sqs: SQSClient;
  readonly deadLetterQueueUrl: string;
  /** Of the pipeline's queue. */
  readonly queueUrl: string;
  /** The manifests there tell why SQS moved a message that tells nothing itself. */
  readonly s3: S3Client;
  readonly processedBucket: string;
  readonly recipes: readonly Recipe[];
  readonly filter: RedriveFilter;
  /** Most messages to move; 1,000 unless given, `Infinity` for no limit. */
  readonly limit?: number;
  /** Most messages in a second; 50 unless given, from 0.1, `Infinity` for as fast as SQS takes them. */
  readonly ratePerSecond?: number;
  /** Moves nothing, and looks at every message, whatever the limit: what there is, and what would move. */
  readonly dryRun?: boolean;
  /** After each receive of up to ten messages, and each request that moved some. */
  readonly onProgress?: (progress: RedriveProgress) => void;
  /** Ends the run after the request that is under way. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export interface RedriveProgress {
  /** Messages in the dead-letter queue when the run began, approximately. */
  readonly total: number;
  readonly looked: number;
  /** Of a dry run: that would be. */
  readonly moved: number;
}

export interface Redriven extends RedriveProgress {
  /** Of all messages that were looked at. */
  readonly found: LetterCounts;
  /** Of those that the filter takes. */
  readonly matching: LetterCounts;
  /** Became dead letters after the run had begun, perhaps by it, and were left where they are. */
  readonly newer: number;
  /** Could not be made visible again: they become so by themselves within ten minutes. */
  readonly hidden: number;
  /**
   * - `end`: the dead-letter queue has no other message
   * - `limit`: as many as were asked for have been moved
   * - `in-flight`: SQS lets no more messages be in flight; run again with a narrower filter, or move some of all
   * - `signal`: aborted
   */
  readonly stoppedBy: 'end' | 'limit' | 'in-flight' | 'signal';
}

/**
 * Moves dead letters back to the queue, each to be tried as often as a new message. A message is deleted only after it has
 * been sent: a kill in between leaves it in both queues, which is harmless since to look at a key twice is. What is not
 * moved is visible again when this returns or throws; after a kill, ten minutes later.
 *
 * @throws OperationError `INVALID_OPTION`, `SEND_FAILED` or `DELETE_FAILED`; errors of SQS and S3 as the SDK throws them
 */
export function redrive(options: RedriveOptions): Promise<Redriven> {
  const { s3, processedBucket, recipes } = options;
  const explain = createExplainer(s3BucketReader(s3, processedBucket), recipes);
  return new RedriveRun(options, explain).run();
}
