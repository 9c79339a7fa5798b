import type { Measure, MeasuredChannel } from '../../image-engine.ts';

/** Samples of a picture, row by row. */
export interface Samples {
  readonly data: Uint8Array | Uint16Array | Float32Array;
  /** Samples of a pixel: grey, or red, green and blue; and alpha, which is not measured, if there are two or four. */
  readonly channels: number;
  /** Of measurements: value = `offset` + `scale` × sample. Left out: samples are levels of a picture. */
  readonly values?: { readonly scale: number; readonly offset: number } | undefined;
}

/** Of a histogram, as `numpy.histogram` has them. */
const PARTS = 256;
/** Percentiles, as `numpy.percentile` interpolates them. */
const PERCENTS = [1, 5, 25, 50, 75, 95, 99];
/** Sums of so many samples are exact; the digits of other means are those of the division. */
const DIGITS = 12;

/** The values of a channel. Those that are not finite do not count. */
interface Distribution {
  /** Visits each value, or each once with its count; in any order. */
  readonly each: (visit: (value: number, count: number) => void) => void;
  /** The value with this place among the sorted ones, from 0. */
  readonly at: (place: number) => number;
  readonly total: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Of the histogram. */
  readonly range: { readonly from: number; readonly to: number };
}

type Each = Distribution['each'];

/** How often each whole number is a sample of the channel. */
function countsOf({ data, channels }: Samples, channel: number): Uint32Array {
  const counts = new Uint32Array(data instanceof Uint16Array ? 65_536 : 256);
  for (let at = channel; at < data.length; at += channels) {
    const value = data[at] ?? 0;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}

/** The index at which so many of the counted ones have passed. */
function indexAt(counts: Uint32Array, place: number): number {
  let before = 0;
  return counts.findIndex((count) => (before += count) > place);
}

function finiteOf({ data, channels }: Samples, channel: number): Float32Array {
  const found = new Float32Array(data.length / channels);
  let length = 0;
  for (let at = channel; at < data.length; at += channels) {
    const value = data[at] ?? 0;
    if (Number.isFinite(value)) found[length++] = value;
  }
  return found.subarray(0, length);
}

/** The samples of a channel, without what they mean. */
function samplesOf(samples: Samples, channel: number) {
  if (!(samples.data instanceof Float32Array)) {
    const counts = countsOf(samples, channel);
    const each: Each = (visit) =>
      counts.forEach((count, sample) => {
        if (count > 0) visit(sample, count);
      });
    return { each, at: (place: number) => indexAt(counts, place) };
  }
  const finite = finiteOf(samples, channel);
  const each: Each = (visit) => finite.forEach((sample) => visit(sample, 1));
  let sorted: Float32Array | undefined;
  return { each, at: (place: number) => (sorted ??= finite.sort())[place] ?? 0 };
}

function distributionOf(samples: Samples, channel: number): Distribution {
  const { each, at } = samplesOf(samples, channel);
  const { scale, offset } = samples.values ?? { scale: 1, offset: 0 };
  const valueOf = (sample: number) => offset + scale * sample;
  let [total, minimum, maximum] = [0, Infinity, -Infinity];
  each((sample, count) => {
    total += count;
    minimum = Math.min(minimum, valueOf(sample));
    maximum = Math.max(maximum, valueOf(sample));
  });
  return {
    ...{ total, minimum, maximum },
    each: (visit) => each((sample, count) => visit(valueOf(sample), count)),
    at: (place) => valueOf(at(scale < 0 ? total - 1 - place : place)),
    range: samples.values
      ? rangeOf(minimum, maximum)
      : { from: 0, to: samples.data instanceof Uint8Array ? 256 : 65_536 },
  };
}

/** As numpy: one value alone is in the middle of a range of 1. */
function rangeOf(minimum: number, maximum: number): Distribution['range'] {
  return minimum === maximum
    ? { from: minimum - 0.5, to: maximum + 0.5 }
    : { from: minimum, to: maximum };
}

const rounded = (value: number) => Number(value.toPrecision(DIGITS));

function percentile({ at, total }: Distribution, percent: number): number {
  const place = ((total - 1) * percent) / 100;
  const below = Math.floor(place);
  const low = at(below);
  const high = place > below ? at(below + 1) : low;
  return rounded(low + (place - below) * (high - low));
}

function meanOf({ each, total }: Distribution): number {
  let sum = 0;
  each((value, count) => (sum += count * value));
  return rounded(sum / total);
}

function histogramOf({ each, range }: Distribution): MeasuredChannel['histogram'] {
  const { from, to } = range;
  const edges = Array.from({ length: PARTS + 1 }, (_, part) => from + (part * (to - from)) / PARTS);
  const counts = Array<number>(PARTS).fill(0);
  each((value, count) => {
    const near = Math.min(PARTS - 1, Math.floor(((value - from) * PARTS) / (to - from)));
    // The division may round to the part next to it.
    const isBelow = value < (edges[near] ?? 0);
    const isAbove = near < PARTS - 1 && value >= (edges[near + 1] ?? 0);
    const part = isBelow ? near - 1 : isAbove ? near + 1 : near;
    counts[part] = (counts[part] ?? 0) + count;
  });
  return { from: rounded(from), to: rounded(to), counts };
}

const MEASURED: {
  readonly [M in Measure]: (distribution: Distribution) => MeasuredChannel[M];
} = {
  minimum: ({ minimum }) => rounded(minimum),
  maximum: ({ maximum }) => rounded(maximum),
  mean: meanOf,
  percentiles: (distribution) =>
    Object.fromEntries(PERCENTS.map((percent) => [percent, percentile(distribution, percent)])),
  histogram: histogramOf,
};

const NAMES = ['red', 'green', 'blue'] as const;

/** Measures each channel of a picture. A channel without any value has no measures. */
export function measured(samples: Samples, measures: readonly Measure[]): MeasuredChannel[] {
  const names = samples.channels < 3 ? (['grey'] as const) : NAMES;
  return names.map((channel, index) => {
    const distribution = distributionOf(samples, index);
    const asked = distribution.total > 0 ? measures : [];
    const found = asked.map((measure) => [measure, MEASURED[measure](distribution)]);
    return { channel, ...(Object.fromEntries(found) as Omit<MeasuredChannel, 'channel'>) };
  });
}
