import { formatMessage, parseMessage, type ObjectChange } from '@darkroom/events';
import {
  PipelineError,
  reconcile,
  toPipelineError,
  verdictOf,
  type Outcome,
  type ReconcileContext,
} from '@darkroom/pipeline';
import type { DeadLetter } from './dead-letter.ts';
import type { Report } from './report.ts';

/** An SQS record, as far as the pipeline reads it. */
export interface Message {
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

export interface MessageContext {
  readonly pipeline: ReconcileContext;
  readonly maxReceiveCount: number;
  readonly report: Report;
  readonly sendDeadLetter: (letter: DeadLetter) => Promise<void>;
  /** Aborted when the function's time runs out. */
  readonly signal: AbortSignal;
  /** Waits for a processor and for memory: a message may name thousands of keys. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Does what a message asks for. It is done when this resolves; it has to come again when this rejects.
 * A message of several keys is done when all of them are.
 */
export async function processMessage(message: Message, context: MessageContext): Promise<void> {
  const changes = await readChanges(message, context);
  const results = await Promise.allSettled(
    changes.map((change) => context.limit(() => processChange(change, message, context))),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

/** A message that nothing understands is an operator's, at once: receiving it again would not help. */
async function readChanges(
  { body }: Message,
  context: MessageContext,
): Promise<readonly ObjectChange[]> {
  try {
    const parsed = parseMessage(body);
    return parsed.kind === 'test' ? [] : parsed.changes;
  } catch (cause) {
    await deadLetter({ body, error: toPipelineError(cause) }, context);
    return [];
  }
}

async function processChange(
  { bucket, key }: ObjectChange,
  message: Message,
  context: MessageContext,
): Promise<void> {
  const { pipeline, report, signal, maxReceiveCount } = context;
  const place = { sourceBucket: bucket, sourceKey: key };
  const isLast = message.receiveCount >= maxReceiveCount;
  const started = performance.now();
  try {
    if (bucket !== pipeline.source.bucket)
      throw new PipelineError(
        'INVALID_MESSAGE',
        `The message names the bucket ${bucket}; ours is ${pipeline.source.bucket}`,
      );
    const outcome = await reconcile(key, pipeline, { signal, lastAttempt: isLast });
    report.outcome(key, outcome, performance.now() - started);
    await followUp(outcome, place, context);
  } catch (cause) {
    const error = toPipelineError(cause);
    // Of this key alone, so that a redrive does not repeat its message's other keys.
    const letter = { body: formatMessage({ bucket, key }), error, ...place };
    if (verdictOf(error.code) === 'dead-letter') return deadLetter(letter, context);
    report.failure(key, error, performance.now() - started);
    // The dead letter of a last attempt says why; one that SQS redrives (after a crash) cannot.
    if (isLast) return deadLetter(letter, context);
    throw error;
  }
}

/** A rejection that is an operator's matter too has a message to redrive once it is mended. */
async function followUp(
  outcome: Outcome,
  place: { sourceBucket: string; sourceKey: string },
  context: MessageContext,
): Promise<void> {
  if (outcome.kind !== 'rejected') return;
  const { code, message } = outcome.manifest.error;
  if (verdictOf(code) !== 'reject-and-dead-letter') return;
  const body = formatMessage({ bucket: place.sourceBucket, key: place.sourceKey });
  await deadLetter({ body, error: new PipelineError(code, message), ...place }, context);
}

async function deadLetter(letter: DeadLetter, context: MessageContext): Promise<void> {
  await context.sendDeadLetter(letter);
  context.report.deadLetter(letter);
}
