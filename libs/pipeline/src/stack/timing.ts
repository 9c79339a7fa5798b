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
