import { isNativeError } from 'node:util/types';
import { createContext, Script } from 'node:vm';
import { type ErrorLocation, stepError, stepTimedOut } from '../../image-error.ts';

/** Time limits of a step's own code. */
export interface StepBounds {
  /** Aborted when the upload's time is over. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly stepTimeout: number;
}

/** Runs the first part of a step's code, until its first `await`. */
type Call = <T>(work: () => T, milliseconds: number) => T;

const sandbox = createContext({ work: undefined });
const callWork = new Script('work()');

/** Calls a function and terminates it after the time limit, even in a loop (Node's `vm`, option `timeout`). */
const callWithTimeLimit: Call = <T>(work: () => T, milliseconds: number): T => {
  sandbox['work'] = work;
  try {
    return callWork.runInContext(sandbox, { timeout: milliseconds }) as T;
  } finally {
    sandbox['work'] = undefined;
  }
};

/** For code that does not loop: `vm` starts a thread for each call, which takes longer than most steps. */
const callDirectly: Call = (work) => work();

function isLoop(cause: unknown): boolean {
  // The error belongs to the other realm, and `instanceof Error` would be false.
  return isNativeError(cause) && 'code' in cause && cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/**
 * Runs a step's own code, which may come from a plugin. Terminates endless loops and abandons promises that never settle.
 * It cannot terminate a loop after an `await`; such a loop ends with the process.
 * @throws ImageError `TRANSFORM_FAILED` or `TIMEOUT`, with the step's place
 */
export function runStepCode<T>(
  place: Required<ErrorLocation>,
  bounds: StepBounds,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  return withTimeLimit(place, bounds, work, {
    call: callWithTimeLimit,
    explain: (cause) => stepError(place, cause),
  });
}

/** As `runStepCode`, for a built-in step that only adds operations to sharp's pipeline. */
export function runLazyCode<T>(
  place: Required<ErrorLocation>,
  bounds: StepBounds,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  return withTimeLimit(place, bounds, work, {
    call: callDirectly,
    explain: (cause) => stepError(place, cause),
  });
}

/**
 * Waits for the pixels that a step has requested from sharp, with the step's time limit.
 * @throws ImageError `TIMEOUT` with the step's place, or the original error, because the upload may be the cause
 */
export function waitForPixels<T>(
  place: Required<ErrorLocation>,
  bounds: StepBounds,
  work: () => Promise<T>,
): Promise<T> {
  return withTimeLimit(place, bounds, work, {
    call: callWithTimeLimit,
    explain: (cause) => cause,
  });
}

async function withTimeLimit<T>(
  place: Required<ErrorLocation>,
  { signal, stepTimeout: milliseconds }: StepBounds,
  work: (signal: AbortSignal) => T | Promise<T>,
  { call, explain }: { readonly call: Call; readonly explain: (cause: unknown) => unknown },
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
    return await Promise.race([call(() => work(both), milliseconds), aborted.promise]);
  } catch (cause) {
    if (isLoop(cause)) throw stepTimedOut(place, late());
    throw both.aborted ? stepTimedOut(place, cause) : explain(cause);
  } finally {
    clearTimeout(timer);
    // After a terminated loop this promise has no handler: a later rejection would end the process.
    both.removeEventListener('abort', abort);
  }
}
