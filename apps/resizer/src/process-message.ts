import { formatMessage, type ObjectChange, parseMessage } from '@darkroom/events';
import {
  NeedsIsolation,
  PipelineError,
  reconcile,
  type ReconcileContext,
  toPipelineError,
  verdictOf,
} from '@darkroom/pipeline';
import type { Announce, Announcement } from './outcome-events.ts';
import type { Telemetry } from './telemetry.ts';
import type { DeadLetter } from './dead-letter.ts';

/** The members of an SQS record that the pipeline reads. */
export interface Message {
  /** Of SQS: all attempts at a message have the same. */
  readonly id: string;
  readonly body: string;
  /** Number of receives, including this one. */
  readonly receiveCount: number;
}

export interface MessageContext {
  readonly maxReceiveCount: number;
  readonly report: Telemetry;
  readonly sendDeadLetter: (deadLetter: DeadLetter) => Promise<void>;
  /**
   * Waits for a time slot for one key (a message may name thousands), then runs `work` with a pipeline that stops when the
   * slot ends.
   */
  readonly inTimeSlot: <T>(message: Message, work: (slot: TimeSlot) => Promise<T>) => Promise<T>;
}

export interface TimeSlot {
  readonly pipeline: ReconcileContext;
  /** Aborted when the time slot ends; already aborted if no time is left. */
  readonly signal: AbortSignal;
  /** Sends an outcome event, if the settings have `events`. */
  readonly announce?: Announce | undefined;
}

/**
 * Processes the keys of a message. It resolves when all keys are finished, and rejects if SQS has to deliver the message
 * again.
 */
export async function processMessage(message: Message, context: MessageContext): Promise<void> {
  const changes = await readChanges(message, context);
  const results = await Promise.allSettled(
    changes.map((change) =>
      context.inTimeSlot(message, (slot) => processChange(change, message, slot, context)),
    ),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

/** Sends an invalid message to the dead-letter queue at once: another receive would not help. */
async function readChanges(
  { body }: Message,
  context: MessageContext,
): Promise<readonly ObjectChange[]> {
  try {
    const parsed = parseMessage(body);
    return parsed.kind === 'test' ? [] : parsed.changes;
  } catch (cause) {
    await sendToDeadLetterQueue({ body, error: toPipelineError(cause) }, context);
    return [];
  }
}

async function processChange(
  change: ObjectChange,
  { id, receiveCount }: Message,
  slot: TimeSlot,
  context: MessageContext,
): Promise<void> {
  const lastAttempt = receiveCount >= context.maxReceiveCount;
  const startedAt = new Date();
  const options = { id, startedAt, retry: receiveCount > 1, lastAttempt };
  const deadLetter = await attempt(change, options, slot, context.report);
  if (!deadLetter) return;
  await sendToDeadLetterQueue(deadLetter, context);
  if (verdictOf(deadLetter.error.code) === 'retry')
    await announceGiveUp(
      { key: change.key, messageId: id, startedAt, outcome: deadLetter.error },
      slot,
      context.report,
    );
}

/** For the event of a dead letter, milliseconds: the time slot may be over. */
const GIVE_UP_MS = 2_000;

/** The dead letter is sent, so a failure cannot bring the message back. It is reported. */
async function announceGiveUp(
  announcement: Announcement,
  { pipeline, announce }: TimeSlot,
  report: Telemetry,
): Promise<void> {
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  try {
    await announce?.(announcement, { pipeline, signal });
  } catch (cause) {
    report.eventFailed(announcement.key, toPipelineError(cause));
  }
}

/**
 * @returns the dead letter, if an operator has to look
 * @throws PipelineError if SQS has to deliver the message again
 */
async function attempt(
  { bucket, key }: ObjectChange,
  {
    id,
    startedAt,
    retry,
    lastAttempt,
  }: {
    readonly id: string;
    readonly startedAt: Date;
    readonly retry: boolean;
    readonly lastAttempt: boolean;
  },
  slot: TimeSlot,
  report: Telemetry,
): Promise<DeadLetter | undefined> {
  const { pipeline, signal } = slot;
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const deadLetter = (error: PipelineError): DeadLetter => ({
    // Names this key only: a redrive must not repeat the other keys of the message.
    body: formatMessage({ bucket, key }),
    error,
    sourceBucket: bucket,
    sourceKey: key,
  });
  try {
    if (bucket !== pipeline.source.bucket)
      throw new PipelineError(
        'INVALID_MESSAGE',
        `The message names the bucket ${bucket}; ours is ${pipeline.source.bucket}`,
      );
    const outcome = await reconcile(key, pipeline, { signal, retry, lastAttempt });
    await slot.announce?.({ key, messageId: id, startedAt, outcome }, slot);
    report.outcome(key, outcome, elapsed());
    if (outcome.kind !== 'rejected') return undefined;
    const { code, message } = outcome.manifest.error;
    // If an operator can fix the cause, the dead letter is the message to redrive after the fix.
    const isOperators = verdictOf(code) === 'reject-and-dead-letter';
    return isOperators ? deadLetter(new PipelineError(code, message)) : undefined;
  } catch (cause) {
    if (cause instanceof NeedsIsolation) throw cause;
    const error = toPipelineError(cause);
    if (verdictOf(error.code) === 'dead-letter') return deadLetter(error);
    report.failure(key, error, elapsed());
    // This dead letter carries the reason. One that SQS moves itself, after a crash, has none.
    if (lastAttempt) return deadLetter(error);
    throw error;
  }
}

async function sendToDeadLetterQueue(
  deadLetter: DeadLetter,
  { sendDeadLetter, report }: MessageContext,
) {
  try {
    await sendDeadLetter(deadLetter);
  } catch (cause) {
    report.deadLetterFailed(deadLetter, toPipelineError(cause));
    throw cause;
  }
  report.deadLetter(deadLetter);
}
