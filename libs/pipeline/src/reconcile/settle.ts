import { toPipelineError } from '../contract/codes.ts';

export function isConflict(error: unknown): boolean {
  return toPipelineError(error).code === 'CONFLICT';
}

/**
 * Waits for all of them, whatever becomes of each: a frozen runtime may send a forgotten request later
 * (docs/reconcile.md, assumption ii). A failure that is no conflict wins, since such a write may have happened, so that
 * another pass right away is not safe.
 */
export async function settle<T>(writes: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(writes);
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const failure = failures.find((reason) => !isConflict(reason)) ?? failures[0];
  if (failure !== undefined) throw toPipelineError(failure);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
