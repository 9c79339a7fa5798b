const FIRST_MS = 250;
const GROWTH = 1.4;
const SLOWEST_MS = 5_000;

/** After which the page says that something may be wrong, ms. */
export const OVERDUE_MS = 30_000;

/**
 * When to ask again: soon at first, since most pictures are done within a second or two, then ever less often, so that
 * hundreds that wait in the queue do not drown the endpoint in questions.
 * @param attempt questions asked so far, from 1
 * @returns ms
 */
export function delayAfter(attempt: number): number {
  return Math.min(SLOWEST_MS, FIRST_MS * GROWTH ** (attempt - 1));
}
