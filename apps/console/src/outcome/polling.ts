const FIRST_MS = 250;
const GROWTH = 1.4;
const SLOWEST_MS = 5_000;

/** After which the page says that something may be wrong, ms. */
export const OVERDUE_MS = 30_000;

/**
 * Delays between polls: short at first, because most pictures take a second or two, then longer. Hundreds of waiting
 * uploads therefore do not flood the endpoint.
 * @param attempt questions asked so far, from 1
 * @returns ms
 */
export function delayAfter(attempt: number): number {
  return Math.min(SLOWEST_MS, FIRST_MS * GROWTH ** (attempt - 1));
}
