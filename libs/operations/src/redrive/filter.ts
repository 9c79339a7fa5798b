import type { DeadLetter } from './dead-letter.ts';

/** Which dead letters to take. */
export type RedriveFilter =
  | 'all'
  /** Codes of the contract, and `UNEXPLAINED`. */
  | { readonly errorCodes: readonly string[] }
  /** A message of several keys goes back whole when one of them begins so. */
  | { readonly prefix: string }
  | { readonly messageIds: readonly string[] };

export function createFilter(filter: RedriveFilter): (letter: DeadLetter) => boolean {
  if (filter === 'all') return () => true;
  if ('prefix' in filter) return ({ keys }) => keys.some((key) => key.startsWith(filter.prefix));
  if ('errorCodes' in filter) {
    const codes = new Set(filter.errorCodes);
    return ({ errorCode }) => codes.has(errorCode);
  }
  const ids = new Set(filter.messageIds);
  return ({ messageId }) => ids.has(messageId);
}
