/** @throws RangeError for no numbers */
export function fastest(numbers: readonly number[]): number {
  return quantile(numbers, 0);
}

/** The lower one of two in the middle. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** @param share 0 for the smallest, 1 for the largest. @throws RangeError for no numbers */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const found = sorted[Math.floor((sorted.length - 1) * share)];
  if (found === undefined) throw new RangeError('There are no numbers');
  return found;
}

/** The mean for ratios: that of 2 and 0.5 is 1. */
export function geometricMean(numbers: readonly number[]): number {
  return Math.exp(mean(numbers.map(Math.log)));
}

/** @throws RangeError for no numbers */
export function mean(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new RangeError('There are no numbers');
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
