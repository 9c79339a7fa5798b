import { formatMessage, parseMessage, type ObjectChange } from '@darkroom/events';
import {
  NeedsIsolation,
  PipelineError,
  reconcile,
  toPipelineError,
  verdictOf,
  type ReconcileContext,
} from '@darkroom/pipeline';
import type { DeadLetter } from './dead-letter.ts';
import type { Announce } from './outcome-events.ts';
import type { Report } from './report.ts';

/** An SQS record, as far as the pipeline reads it. */
export interface Message {
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

export interface MessageContext {
  readonly maxReceiveCount: number;
  readonly report: Report;
  readonly sendDeadLetter: (letter: DeadLetter) => Promise<void>;
  /**
   * Waits for a key's turn, since a message may name thousands of them, and works with a pipeline that ends when the
   * key's own time is over.
   */
  readonly takeTurn: <T>(message: Message, work: (turn: Turn) => Promise<T>) => Promise<T>;
}

export interface Turn {
  readonly pipeline: ReconcileContext;
  /** Aborted when the time is over; already aborted where there is none. */
  readonly signal: AbortSignal;
  /** Tells an application, where one wants to know. */
  readonly announce?: Announce | undefined;
}

/**
 * Does what a message asks for. It is done when this resolves; it has to come again when this rejects.
 * A message of several keys is done when all of them are.
 */
export async function processMessage(message: Message, context: MessageContext): Promise<void> {
  const changes = await readChanges(message, context);
  const results = await Promise.allSettled(
    changes.map((change) =>
      context.takeTurn(message, (turn) => processChange(change, message, turn, context)),
    ),
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
  change: ObjectChange,
  { receiveCount }: Message,
  turn: Turn,
  context: MessageContext,
): Promise<void> {
  const lastAttempt = receiveCount >= context.maxReceiveCount;
  const options = { retry: receiveCount > 1, lastAttempt };
  const letter = await attempt(change, options, turn, context.report);
  if (letter) await deadLetter(letter, context);
}

/**
 * @returns the letter to an operator, where one has to look
 * @throws PipelineError where the message has to come again
 */
async function attempt(
  { bucket, key }: ObjectChange,
  { retry, lastAttempt }: { readonly retry: boolean; readonly lastAttempt: boolean },
  turn: Turn,
  report: Report,
): Promise<DeadLetter | undefined> {
  const { pipeline, signal } = turn;
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const letter = (error: PipelineError): DeadLetter => ({
    // Of this key alone, so that a redrive does not repeat its message's other keys.
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
    await turn.announce?.(key, outcome, turn);
    report.outcome(key, outcome, elapsed());
    if (outcome.kind !== 'rejected') return undefined;
    const { code, message } = outcome.manifest.error;
    // A rejection that is an operator's matter too has a message to redrive once it is mended.
    const isOperators = verdictOf(code) === 'reject-and-dead-letter';
    return isOperators ? letter(new PipelineError(code, message)) : undefined;
  } catch (cause) {
    if (cause instanceof NeedsIsolation) throw cause;
    const error = toPipelineError(cause);
    if (verdictOf(error.code) === 'dead-letter') return letter(error);
    report.failure(key, error, elapsed());
    // The dead letter of a last attempt says why; one that SQS redrives (after a crash) cannot.
    if (lastAttempt) return letter(error);
    throw error;
  }
}

async function deadLetter(letter: DeadLetter, { sendDeadLetter, report }: MessageContext) {
  try {
    await sendDeadLetter(letter);
  } catch (cause) {
    report.deadLetterFailed(letter, toPipelineError(cause));
    throw cause;
  }
  report.deadLetter(letter);
}
