import { applyPlan, type ApplyOptions } from '@darkroom/operations';

/**
 * Notifies again every key whose outputs do not agree with it: what a kill lost between an upload and its
 * notification, what was under way and would only come back after its visibility timeout, and what an older recipe
 * made.
 *
 * @returns how many keys were notified
 */
export async function recover(
  options: Omit<ApplyOptions, 'limit' | 'ratePerSecond'>,
): Promise<number> {
  const { sent } = await applyPlan({ ...options, limit: Infinity, ratePerSecond: Infinity });
  return Object.values(sent).reduce((sum, count) => sum + count, 0);
}
