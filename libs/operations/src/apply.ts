import type { SQSClient } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { isRepairable, type Kind, REPAIRABLE, type RepairableKind } from './judge.ts';
import {
  type BucketOptions,
  type BucketPair,
  bucketPairOf,
  type InventoryOptions,
} from './listing.ts';
import { type InventoryPosition, inventoryPages } from './inventory.ts';
import { bucketPages, type JudgedEntry, type Pages, type WalkPosition } from './position.ts';
import {
  checkLimit,
  type Clock,
  type Outbox,
  RateLimit,
  sendMessages,
  systemClock,
} from './send.ts';
import { OperationError } from './operation-error.ts';

export interface ApplyRun {
  readonly sqs: SQSClient;
  /** Of the pipeline's queue. */
  readonly queueUrl: string;
  /** Default: every kind that a message repairs. */
  readonly kinds?: readonly RepairableKind[];
  /** Most messages to send. Default 10,000; `Infinity` for no limit. */
  readonly limit?: number;
  /** Most messages per second. Default 50, minimum 0.1; `Infinity` for no limit. */
  readonly ratePerSecond?: number;
  /** Counts messages without sending them; the rate does not apply. */
  readonly dryRun?: boolean;
  /** The `position` from which to resume an earlier run. */
  readonly position?: unknown;
  /** Called after each request to SQS and each page of keys. */
  readonly onProgress?: (progress: ApplyProgress) => void;
  /** Ends the run after the current request. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export type ApplyOptions = BucketOptions & ApplyRun & InventoryOptions;

export interface ApplyProgress {
  /** Sources, and folders without one, that this run has compared. */
  readonly compared: number;
  readonly sent: Readonly<Record<RepairableKind, number>>;
  /** Every message before this position has been sent. */
  readonly position: WalkPosition | InventoryPosition;
}

export interface Applied extends ApplyProgress {
  readonly stoppedBy: 'end' | 'limit' | 'signal';
}

/**
 * Compares as `compare` does and sends a message for each key that a message repairs. It serves backfill of objects
 * older than the pipeline, roll-out of a changed recipe, and repair after lost events. A message only asks the function
 * to check a key, and an unnecessary message does no harm.
 *
 * @throws OperationError `INVALID_OPTION`, `INVALID_POSITION`, or `SEND_FAILED` (the messages of the last progress have
 * been sent); errors of S3 and SQS as the SDK throws them
 */
export async function apply(options: ApplyOptions): Promise<Applied> {
  const buckets = bucketPairOf(options);
  const { s3, inventory } = options;
  return inventory === undefined
    ? applyToBuckets(buckets, options)
    : applyPages(await inventoryPages(s3, inventory, buckets), buckets.sources.bucket, options);
}

const DEFAULT_LIMIT = 10_000;
const DEFAULT_RATE = 50;

export function applyToBuckets(buckets: BucketPair, run: ApplyRun): Promise<Applied> {
  return applyPages(bucketPages(buckets), buckets.sources.bucket, run);
}

async function applyPages<Position extends WalkPosition | InventoryPosition>(
  pages: Pages<Position>,
  sourceBucket: string,
  run: ApplyRun,
): Promise<Applied> {
  const { kinds = REPAIRABLE, dryRun = false, signal, clock = systemClock } = run;
  const limit = checkLimit(run.limit ?? DEFAULT_LIMIT);
  const rateLimit = new RateLimit(clock, run.ratePerSecond ?? DEFAULT_RATE);
  const outbox = { sqs: run.sqs, queueUrl: run.queueUrl, rateLimit, clock, signal };
  const sent = noneSent();
  let position = run.position === undefined ? pages.start : pages.check(run.position);
  let compared = 0;
  let left = limit;
  const progress = (): ApplyProgress => ({ compared, sent: { ...sent }, position });

  for await (const { entries, after, end } of pages.walk(position)) {
    const wanted = entries.flatMap((entry) => wantedOf(entry, kinds));
    while (wanted.length > 0) {
      const batch = wanted.splice(0, Math.min(rateLimit.batchSize, left));
      const done = dryRun ? batch : await send(batch, sourceBucket, outbox);
      for (const { kind } of done) sent[kind] += 1;
      left -= done.length;
      const last = batch.at(-1);
      if (last && done.length === batch.length) position = after(last.entry);
      run.onProgress?.(progress());
      if (signal?.aborted) return { ...progress(), stoppedBy: 'signal' };
      if (left === 0) return { ...progress(), stoppedBy: 'limit' };
    }
    compared += entries.length;
    position = end;
    run.onProgress?.(progress());
    if (signal?.aborted) return { ...progress(), stoppedBy: 'signal' };
  }
  return { ...progress(), stoppedBy: 'end' };
}

/** A key to send, and the entry of the walk that it was found in. */
interface Wanted {
  readonly kind: RepairableKind;
  readonly key: string;
  readonly entry: string;
}

function wantedOf(entry: JudgedEntry, kinds: readonly Kind[]): Wanted[] {
  return entry.findings.flatMap(({ kind, key }) =>
    isRepairable(kind) && kinds.includes(kind) ? [{ kind, key, entry: entry.key }] : [],
  );
}

/** @returns the sent messages; fewer than all only if the signal was aborted */
async function send(
  batch: readonly Wanted[],
  bucket: string,
  outbox: Outbox,
): Promise<readonly Wanted[]> {
  const bodies = batch.map(({ key }) => formatMessage({ bucket, key }));
  const { sent, failure } = await sendMessages(bodies, outbox);
  if (sent.size < batch.length && !outbox.signal?.aborted)
    throw new OperationError(
      'SEND_FAILED',
      `SQS refused ${batch.length - sent.size} of ${batch.length} messages: ${failure}`,
    );
  return batch.filter((_, index) => sent.has(index));
}

function noneSent(): Record<RepairableKind, number> {
  return {
    missing: 0,
    'source-changed': 0,
    'recipe-changed': 0,
    'transform-changed': 0,
    damaged: 0,
    retryable: 0,
    orphaned: 0,
  };
}
