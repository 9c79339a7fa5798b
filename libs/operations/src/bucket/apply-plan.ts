import type { SQSClient } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { systemClock, type Clock } from '../clock.ts';
import { OperationError } from '../errors.ts';
import { checkLimit } from '../messages/limit.ts';
import { Pace } from '../messages/pace.ts';
import { sendMessages, type Outbox } from '../messages/send-messages.ts';
import { comparisonOf, type Buckets } from './buckets.ts';
import type { Comparison } from './comparison.ts';
import { isMendable, MENDABLE, type Kind, type MendableKind } from './finding.ts';
import { checkPosition, startOf, type WalkPosition } from './walk-position.ts';
import { walk, type JudgedEntry } from './walk.ts';

export interface ApplyRun {
  readonly sqs: SQSClient;
  /** Of the pipeline's queue. */
  readonly queueUrl: string;
  /** All that a message mends unless given. */
  readonly kinds?: readonly MendableKind[];
  /** Most messages to send; 10,000 unless given, `Infinity` for no limit. */
  readonly limit?: number;
  /** Most messages in a second; 50 unless given, from 0.1, `Infinity` for as fast as SQS takes them. */
  readonly ratePerSecond?: number;
  /** Sends nothing and counts what it would send; the rate does not apply. */
  readonly dryRun?: boolean;
  /** A `position` of an earlier run, to go on there. */
  readonly position?: unknown;
  /** After each request to SQS and each page of keys: what to save, and what to show. */
  readonly onProgress?: (progress: ApplyProgress) => void;
  /** Ends the run after the request that is under way. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export type ApplyOptions = Buckets & ApplyRun;

export interface ApplyProgress {
  /** Sources, and folders without one, that this run has compared. */
  readonly compared: number;
  readonly sent: Readonly<Record<MendableKind, number>>;
  /** All that is before it has been sent. */
  readonly position: WalkPosition;
}

export interface Applied extends ApplyProgress {
  readonly stoppedBy: 'end' | 'limit' | 'signal';
}

/**
 * Compares as `planBucket` does and sends a message for each key that a message mends: backfill of objects that were
 * there before the pipeline, roll-out of a changed recipe, and repair after lost events are this one thing. A message
 * says no more than "look at this key", so that one too many does no harm, whenever it comes.
 *
 * @throws OperationError `INVALID_OPTION`, `INVALID_POSITION`, or `SEND_FAILED`: what the last progress told has been
 * sent; errors of S3 and SQS as the SDK throws them
 */
export function applyPlan(options: ApplyOptions): Promise<Applied> {
  return apply(comparisonOf(options), options);
}

const DEFAULT_LIMIT = 10_000;
const DEFAULT_RATE = 50;

export async function apply(comparison: Comparison, run: ApplyRun): Promise<Applied> {
  const { kinds = MENDABLE, dryRun = false, signal, clock = systemClock } = run;
  const limit = checkLimit(run.limit ?? DEFAULT_LIMIT);
  const pace = new Pace(clock, run.ratePerSecond ?? DEFAULT_RATE);
  const outbox = { sqs: run.sqs, queueUrl: run.queueUrl, pace, clock, signal };
  const sent = noneSent();
  let position =
    run.position === undefined ? startOf(comparison) : checkPosition(run.position, comparison);
  let compared = 0;
  let left = limit;
  const progress = (): ApplyProgress => ({ compared, sent: { ...sent }, position });

  for await (const { entries, start, end } of walk(comparison, position)) {
    const wanted = entries.flatMap((entry) => wantedOf(entry, kinds));
    while (wanted.length > 0) {
      const batch = wanted.splice(0, Math.min(pace.batchSize, left));
      const done = dryRun ? batch : await send(batch, comparison.sources.bucket, outbox);
      for (const { kind } of done) sent[kind] += 1;
      left -= done.length;
      if (done.length === batch.length)
        position = { ...start, done: batch.at(-1)?.entry ?? start.done };
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
  readonly kind: MendableKind;
  readonly key: string;
  readonly entry: string;
}

function wantedOf(entry: JudgedEntry, kinds: readonly Kind[]): Wanted[] {
  return entry.findings.flatMap(({ kind, key }) =>
    isMendable(kind) && kinds.includes(kind) ? [{ kind, key, entry: entry.key }] : [],
  );
}

/** @returns those that have been sent; fewer than all only where the signal was aborted */
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

function noneSent(): Record<MendableKind, number> {
  return {
    missing: 0,
    'source-changed': 0,
    'recipe-changed': 0,
    damaged: 0,
    retryable: 0,
    orphaned: 0,
  };
}
