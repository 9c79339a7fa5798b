import { isNativeError } from 'node:util/types';
import { createContext, Script } from 'node:vm';
import { type ErrorLocation, stepError, stepTimedOut } from '../../image-error.ts';

/** How long a step's own code may take. */
export interface StepBounds {
  /** Aborted when the upload's time is over. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly stepTimeout: number;
}

const sandbox = createContext({ work: undefined });
const callWork = new Script('work()');

/** Calls a function and ends it when it has not returned in time, loops included (Node's `vm`, option `timeout`). */
function callWithTimeLimit<T>(work: () => T, milliseconds: number): T {
  sandbox['work'] = work;
  try {
    return callWork.runInContext(sandbox, { timeout: milliseconds }) as T;
  } finally {
    sandbox['work'] = undefined;
  }
}

function isLoop(cause: unknown): boolean {
  // An error of the sandbox's own realm: no instance of this one's `Error`.
  return isNativeError(cause) && 'code' in cause && cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/**
 * Runs a step's own code, which may be anybody's. An endless loop is ended, a promise that never settles is left alone;
 * only a loop after an `await` is beyond it, and ends with the process.
 * @throws ImageError `TRANSFORM_FAILED` or `TIMEOUT`, with the step's place
 */
export function runStepCode<T>(
  place: Required<ErrorLocation>,
  bounds: StepBounds,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  return withTimeLimit(place, bounds, work, (cause) => stepError(place, cause));
}

/**
 * Waits for the pixels that a step has asked sharp for, which may never come.
 * @throws ImageError `TIMEOUT` with the step's place, or what went wrong as it is: the upload may be to blame
 */
export function waitForPixels<T>(
  place: Required<ErrorLocation>,
  bounds: StepBounds,
  work: () => Promise<T>,
): Promise<T> {
  return withTimeLimit(place, bounds, work, (cause) => cause);
}

async function withTimeLimit<T>(
  place: Required<ErrorLocation>,
  { signal, stepTimeout: milliseconds }: StepBounds,
  work: (signal: AbortSignal) => T | Promise<T>,
  explain: (cause: unknown) => unknown,
): Promise<T> {
  const own = new AbortController();
  const both = signal ? AbortSignal.any([signal, own.signal]) : own.signal;
  const late = () => new Error(`did not return within ${milliseconds / 1000} s`);
  const timer = setTimeout(() => own.abort(late()), milliseconds);
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(both.reason as Error);
  both.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    return await Promise.race([callWithTimeLimit(() => work(both), milliseconds), aborted.promise]);
  } catch (cause) {
    if (isLoop(cause)) throw stepTimedOut(place, late());
    throw both.aborted ? stepTimedOut(place, cause) : explain(cause);
  } finally {
    clearTimeout(timer);
    // Where a loop was ended nobody waits for it: rejected later, with the upload's time, it would end the process.
    both.removeEventListener('abort', abort);
  }
}
