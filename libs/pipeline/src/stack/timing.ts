import type { Code } from '../contract/codes.ts';

/**
 * The one assumption of the protocol: a worker and all its requests are dead before its message reappears. The function
 * stops its own requests; these are their limits, milliseconds.
 */
export const REQUEST_TIMEOUT_MS = 10_000;
export const CONNECTION_TIMEOUT_MS = 2_000;

/** Left of the function's time when work stops: enough to end the requests under way, and to answer. Milliseconds. */
export const CLOSING_MS = 5_000;

/** AWS's own advice (Lambda developer guide, "Using Lambda with Amazon SQS"): six times the function's timeout. */
const VISIBILITY_FACTOR = 6;

/** @returns seconds: six times the function's timeout, and the batch's waiting time */
export function visibilityTimeout(functionTimeout: number, batchWindow: number): number {
  return VISIBILITY_FACTOR * functionTimeout + batchWindow;
}

/** Seconds; above it a message would only hide. SQS itself allows 12 hours (SQS API reference, "ChangeMessageVisibility"). */
const LONGEST_SECONDS = 900;

/**
 * Seconds after which an abandoned request has ended. A message that came back earlier could meet a write of its own
 * last attempt. The protocol is not proved for that case (docs/reconcile.md, i).
 */
const REQUESTS_ARE_DEAD_SECONDS = (CONNECTION_TIMEOUT_MS + REQUEST_TIMEOUT_MS) / 1000;

interface Pace {
  /** Seconds before the random part. */
  readonly least: number;
  /** Most seconds of the random part after the first attempt, and by how much more after each further one. */
  readonly first: number;
  readonly growth: number;
}

/** Every write that lost to another worker was answered: nothing of it is under way. */
const CONFLICT: Pace = { least: 0, first: 2, growth: 4 };
/** AWS asks for less: much longer, and spread much wider. */
const THROTTLED: Pace = { least: REQUESTS_ARE_DEAD_SECONDS, first: 24, growth: 6 };
const OTHER: Pace = { least: REQUESTS_ARE_DEAD_SECONDS, first: 4, growth: 6 };

function paceOf(code: Code): Pace {
  if (code === 'CONFLICT') return CONFLICT;
  return code === 'THROTTLED' ? THROTTLED : OTHER;
}

/**
 * Seconds until a failed message comes back: full jitter over a span that grows with every attempt. Messages that fail
 * together do not come back together. The first back-off is shorter than the visibility timeout, the later ones outlast
 * an outage of AWS.
 *
 * @param attempt how often the message was received, from 1
 * @param longest of the deployment, see `longestBackOff`
 * @param random in [0, 1)
 */
export function backOff(
  code: Code,
  attempt: number,
  { longest, random }: { readonly longest: number; readonly random: number },
): number {
  const { least, first, growth } = paceOf(code);
  const ceiling = Math.max(least, longest);
  const span = Math.min(first * growth ** (Math.max(1, attempt) - 1), ceiling - least);
  return least + Math.ceil(random * span);
}

/**
 * The longest back-off, seconds: whatever becomes of a message, all of them together take at most half of the time that
 * the queue keeps it.
 */
export function longestBackOff(queue: {
  readonly retention: number;
  readonly maxReceiveCount: number;
}): number {
  const fair = Math.floor(queue.retention / 2 / queue.maxReceiveCount);
  return Math.max(1, Math.min(LONGEST_SECONDS, fair));
}
