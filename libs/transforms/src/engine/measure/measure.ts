import type { Measure, MeasuredChannel } from '../../image-engine.ts';

/** Samples of a picture, row by row. */
export interface Samples {
  readonly data: Uint8Array | Uint16Array;
  /** Samples of a pixel: grey, or red, green and blue. */
  readonly channels: number;
}

/** Of a histogram, as `numpy.histogram` has them. */
const PARTS = 256;
/** Percentiles, as `numpy.percentile` interpolates them. */
const PERCENTS = [1, 5, 25, 50, 75, 95, 99];
/** Sums of so many samples are exact; the digits of other means are those of the division. */
const DIGITS = 12;

/** How often each value is a sample of a channel. */
function countsOf({ data, channels }: Samples, channel: number): Uint32Array {
  const counts = new Uint32Array(data instanceof Uint16Array ? 65_536 : 256);
  for (let at = channel; at < data.length; at += channels) {
    const value = data[at] ?? 0;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}

/** The sample with this place among the sorted ones. */
function sampleAt(counts: Uint32Array, place: number): number {
  let before = 0;
  return counts.findIndex((count) => (before += count) > place);
}

function percentile(counts: Uint32Array, total: number, percent: number): number {
  const place = ((total - 1) * percent) / 100;
  const below = Math.floor(place);
  const low = sampleAt(counts, below);
  const high = place > below ? sampleAt(counts, below + 1) : low;
  return Number((low + (place - below) * (high - low)).toPrecision(DIGITS));
}

function meanOf(counts: Uint32Array, total: number): number {
  const sum = counts.reduce((all, count, value) => all + count * value, 0);
  return Number((sum / total).toPrecision(DIGITS));
}

function histogramOf(counts: Uint32Array): MeasuredChannel['histogram'] {
  const width = counts.length / PARTS;
  const parts = Array.from({ length: PARTS }, (_, part) =>
    counts.subarray(part * width, (part + 1) * width).reduce((sum, count) => sum + count, 0),
  );
  return { from: 0, to: counts.length, counts: parts };
}

const MEASURED: {
  readonly [M in Measure]: (counts: Uint32Array, total: number) => MeasuredChannel[M];
} = {
  minimum: (counts) => sampleAt(counts, 0),
  maximum: (counts) => counts.findLastIndex((count) => count > 0),
  mean: meanOf,
  percentiles: (counts, total) =>
    Object.fromEntries(PERCENTS.map((percent) => [percent, percentile(counts, total, percent)])),
  histogram: histogramOf,
};

const NAMES = ['red', 'green', 'blue'] as const;

/** Measures each channel of a picture. */
export function measured(samples: Samples, measures: readonly Measure[]): MeasuredChannel[] {
  const { data, channels } = samples;
  const names = channels === 1 ? (['grey'] as const) : NAMES;
  return names.map((channel, index) => {
    const counts = countsOf(samples, index);
    const found = measures.map((measure) => [
      measure,
      MEASURED[measure](counts, data.length / channels),
    ]);
    return { channel, ...(Object.fromEntries(found) as Omit<MeasuredChannel, 'channel'>) };
  });
}
