import { fullSample } from './samples.ts';

/** Bins of the histogram, also in 16 bits. */
const BINS = 256;

/** The lightest dark value, by Otsu: the split with the largest variance between dark and light pixels. */
export function otsu(luma: Uint8Array | Uint16Array): number {
  const perBin = (fullSample(luma) + 1) / BINS;
  const histogram = new Float64Array(BINS);
  for (const value of luma) {
    const bin = Math.floor(value / perBin);
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  const total = histogram.reduce((sum, count, bin) => sum + bin * count, 0);
  let [best, split, dark, darkSum] = [0, 0, 0, 0];
  histogram.forEach((count, bin) => {
    dark += count;
    darkSum += bin * count;
    const light = luma.length - dark;
    // No number if all pixels are dark, or all are light.
    const between = dark * light * (darkSum / dark - (total - darkSum) / light) ** 2;
    if (between > best) [best, split] = [between, bin];
  });
  return (split + 1) * perBin - 1;
}
