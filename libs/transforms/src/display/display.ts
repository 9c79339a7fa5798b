import type { AnyPixels } from '../bound-transform.ts';
import { ofChannel } from '../builtin/shared/per-channel.ts';
import { fullSample } from '../builtin/shared/samples.ts';

/** How values of a file become levels of a picture. Plain JSON. */
export type Display = WindowDisplay | StretchDisplay | TableDisplay;

/** A window of values (DICOM PS3.3, C.11.2.1.2 and C.11.2.1.3). */
export interface WindowDisplay {
  readonly type: 'window';
  readonly centre: number;
  /** Above 0; of the linear shape at least 1. */
  readonly width: number;
  /** DICOM's LINEAR, LINEAR_EXACT and SIGMOID. */
  readonly shape: 'linear' | 'exact' | 'sigmoid';
}

/** A table of levels, such as a VOI LUT of DICOM. Only files have one. */
export interface TableDisplay {
  readonly type: 'table';
  /** The value of the first level. Lower values have its level, and values above the last one that of the last. */
  readonly first: number;
  /** From 0 to 1, at least one. */
  readonly levels: readonly number[];
}

/** A curve between two values. */
export interface StretchDisplay {
  readonly type: 'linear' | 'sqrt' | 'log' | 'asinh' | 'zscale' | 'percentile';
  /** The value that becomes black, one for all colours or one for each. Default: found in the values, by the type. */
  readonly black?: number | readonly number[] | undefined;
  /** The value that becomes white. */
  readonly white?: number | readonly number[] | undefined;
  /** Finds black and white for each colour on its own. Default: one pair for all. */
  readonly perChannel?: boolean | undefined;
  /** Percentiles of the type `percentile`. Default: `PERCENTILES`. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export const PERCENTILES = { low: 0.5, high: 99.5 };

/** Values between black and white. */
export interface Limits {
  readonly black: number;
  readonly white: number;
}

/** Samples of a picture with the values of its file: value = `offset` + `scale` × sample. */
export interface ValueSamples {
  /** Pixels of a row. */
  readonly width: number;
  /** Colours, and alpha if there are two or four. */
  readonly channels: number;
  readonly data: AnyPixels['data'] | Float32Array;
  readonly scale: number;
  readonly offset: number;
  /** Low values are bright. */
  readonly inverted?: boolean | undefined;
}

/** The level of a value, from 0 to 1. NaN has level 0. */
type Curve = (value: number) => number;

const bounded = (level: number) => (level > 0 ? Math.min(1, level) : 0);

/** @returns levels from 0 to 1 */
export function windowCurve({ centre, width, shape }: WindowDisplay): Curve {
  switch (shape) {
    case 'sigmoid':
      return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
    case 'exact':
      return (value) => bounded((value - centre) / width + 0.5);
    case 'linear': {
      const middle = centre - 0.5;
      const rest = width - 1;
      if (rest <= 0) return (value) => (value > middle ? 1 : 0);
      return (value) => bounded((value - middle) / rest + 0.5);
    }
  }
}

export function tableCurve({ first, levels }: TableDisplay): Curve {
  const last = levels.length - 1;
  return (value) => levels[Math.min(last, Math.max(0, Math.round(value - first)))] ?? 0;
}

/** Parameters of astropy's `LogStretch` and `AsinhStretch`. */
const LOG = 1000;
const ASINH = 0.1;

const SHAPES: Readonly<Record<StretchDisplay['type'], Curve>> = {
  linear: (part) => part,
  zscale: (part) => part,
  percentile: (part) => part,
  sqrt: (part) => Math.sqrt(part),
  log: (part) => Math.log(LOG * part + 1) / Math.log(LOG + 1),
  asinh: (part) => Math.asinh(part / ASINH) / Math.asinh(1 / ASINH),
};

/** The curve of a type between two values; a step if they are equal. */
export function stretchCurve(type: StretchDisplay['type'], { black, white }: Limits): Curve {
  const shape = SHAPES[type];
  if (black === white) return (value) => (value > black ? 1 : 0);
  return (value) => shape(bounded((value - black) / (white - black)));
}

/** Values of one colour, or of several together, in the file's order. */
type Values = (index: number) => number;

/** The most values that percentiles and limits are taken of. */
const MAX_SORTED = 1_000_000;

/** At most `most` finite values at equal distances, sorted. */
function sampled(values: Values, count: number, most: number): Float64Array {
  const stride = Math.max(1, Math.ceil(count / most));
  const found = new Float64Array(Math.ceil(count / stride));
  let length = 0;
  for (let index = 0; index < count; index += stride) {
    const value = values(index);
    if (Number.isFinite(value)) found[length++] = value;
  }
  return found.subarray(0, length).sort();
}

/** The least and the largest finite value. */
function extremes(values: Values, count: number): Limits {
  let [black, white] = [Infinity, -Infinity];
  for (let index = 0; index < count; index += 1) {
    const value = values(index);
    if (!Number.isFinite(value)) continue;
    if (value < black) black = value;
    if (value > white) white = value;
  }
  return black <= white ? { black, white } : { black: 0, white: 0 };
}

/** The value at a percentile, interpolated as numpy does. */
function percentile(sorted: Float64Array, percent: number): number {
  const place = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}

/** Parameters of astropy's `ZScaleInterval`. */
const ZSCALE = {
  ...{ samples: 1000, contrast: 0.25, maxReject: 0.5, minPixels: 5, kRejected: 2.5, rounds: 5 },
};

/**
 * The limits of IRAF's zscale, as astropy's `ZScaleInterval` finds them: a line through the sorted sample, without its
 * outliers, gives the range around the median.
 */
export function zscaleLimits(values: Values, count: number): Limits {
  // astropy takes its sample of the finite values only.
  let finite = 0;
  for (let index = 0; index < count; index += 1) if (Number.isFinite(values(index))) finite += 1;
  const stride = Math.max(1, Math.floor(finite / ZSCALE.samples));
  const sample: number[] = [];
  for (let index = 0, seen = 0; index < count && sample.length < ZSCALE.samples; index += 1) {
    const value = values(index);
    if (!Number.isFinite(value)) continue;
    if (seen % stride === 0) sample.push(value);
    seen += 1;
  }
  const sorted = Float64Array.from(sample).sort();
  const size = sorted.length;
  if (size === 0) return { black: 0, white: 0 };
  const [least = 0, largest = 0] = [sorted[0], sorted[size - 1]];
  const { slope, good } = fittedSlope(sorted);
  if (good < Math.max(ZSCALE.minPixels, Math.floor(size * ZSCALE.maxReject))) {
    return { black: least, white: largest };
  }
  const steep = slope / ZSCALE.contrast;
  const centre = Math.floor((size - 1) / 2);
  const median = percentile(sorted, 50);
  return {
    black: Math.max(least, median - (centre - 1) * steep),
    white: Math.min(largest, median + (size - centre) * steep),
  };
}

/** Slope of the line through the sorted values that are not rejected, and their number. */
function fittedSlope(sorted: Float64Array): { readonly slope: number; readonly good: number } {
  const size = sorted.length;
  const least = Math.max(ZSCALE.minPixels, Math.floor(size * ZSCALE.maxReject));
  const grown = Math.max(1, Math.floor(size * 0.01));
  let bad = new Uint8Array(size);
  let [good, before, slope] = [size, size + 1, 0];
  for (let round = 0; round < ZSCALE.rounds; round += 1) {
    if (good >= before || good < least) break;
    const line = lineThrough(sorted, bad);
    slope = line.slope;
    const flat = sorted.map((value, index) => value - line.slope * index - line.start);
    const kept = flat.filter((_, index) => bad[index] === 0);
    const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
    const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kept.length;
    const threshold = ZSCALE.kRejected * Math.sqrt(variance);
    const rejected = bad.map((was, index) =>
      was || Math.abs(flat[index] ?? 0) > threshold ? 1 : 0,
    );
    bad = grow(rejected, grown);
    before = good;
    good = bad.reduce((sum, is) => sum - is, size);
  }
  return { slope, good };
}

/** Least squares over the indices that are not bad. */
function lineThrough(values: Float64Array, bad: Uint8Array) {
  let [count, meanX, meanY] = [0, 0, 0];
  values.forEach((value, index) => {
    if (bad[index]) return;
    count += 1;
    meanX += (index - meanX) / count;
    meanY += (value - meanY) / count;
  });
  let [products, squares] = [0, 0];
  values.forEach((value, index) => {
    if (bad[index]) return;
    products += (index - meanX) * (value - meanY);
    squares += (index - meanX) ** 2;
  });
  const slope = squares === 0 ? 0 : products / squares;
  return { slope, start: meanY - slope * meanX };
}

/** Rejects the neighbours of rejected values too, as `numpy.convolve` with so many ones and `mode='same'` does. */
function grow(bad: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const before = Math.floor((width - 1) / 2);
  const out = new Uint8Array(bad.length);
  for (let index = 0; index < bad.length; index += 1) {
    if (!bad[index]) continue;
    out.fill(1, Math.max(0, index - before), index - before + width);
  }
  return out;
}

function limitsFor(display: StretchDisplay, values: Values, count: number): Limits {
  switch (display.type) {
    case 'zscale':
      return zscaleLimits(values, count);
    case 'percentile': {
      const sorted = sampled(values, count, MAX_SORTED);
      const { low = PERCENTILES.low, high = PERCENTILES.high } = display;
      return sorted.length === 0
        ? { black: 0, white: 0 }
        : { black: percentile(sorted, low), white: percentile(sorted, high) };
    }
    default:
      return extremes(values, count);
  }
}

const ofColour = (given: StretchDisplay['black'], colour: number) =>
  given === undefined ? undefined : ofChannel(given, colour);

/** The curve of each colour. */
function curvesOf(samples: ValueSamples, display: Display): readonly Curve[] {
  const { width, channels, data, scale, offset } = samples;
  const colours = channels < 3 ? 1 : 3;
  const all = Array.from({ length: colours }, (_, colour) => colour);
  if (display.type === 'window') return all.map(() => windowCurve(display));
  if (display.type === 'table') return all.map(() => tableCurve(display));
  const pixels = data.length / channels;
  // From the bottom row, as FITS files store it: zscale then samples the values that astropy samples.
  const value = (pixel: number, colour: number) => {
    const row = pixels / width - 1 - Math.floor(pixel / width);
    return offset + scale * (data[(row * width + (pixel % width)) * channels + colour] ?? 0);
  };
  const { black, white, perChannel = false, type } = display;
  const isComplete = (colour: number) =>
    ofColour(black, colour) !== undefined && ofColour(white, colour) !== undefined;
  const together = (index: number) => value(Math.floor(index / colours), index % colours);
  const common =
    perChannel || all.every(isComplete)
      ? undefined
      : limitsFor(display, together, pixels * colours);
  return all.map((colour) => {
    const own = (pixel: number) => value(pixel, colour);
    const found = common ?? (isComplete(colour) ? undefined : limitsFor(display, own, pixels));
    return stretchCurve(type, {
      black: ofColour(black, colour) ?? found?.black ?? 0,
      white: ofColour(white, colour) ?? found?.white ?? 0,
    });
  });
}

/**
 * The picture that samples show: 8 bits for samples of 8 bits, otherwise 16. Alpha stays. NaN becomes black.
 *
 * @param display default: the whole range of integers
 */
export function displayed(samples: ValueSamples, display: Display | undefined): AnyPixels['data'] {
  const { channels, data, scale, offset, inverted = false } = samples;
  const isByte = data instanceof Uint8Array;
  const out = isByte ? new Uint8Array(data.length) : new Uint16Array(data.length);
  const most = fullSample(out);
  const colours = channels < 3 ? 1 : 3;
  const whole: Curve = (value) => (value - offset) / (scale * most);
  const curves = display ? curvesOf(samples, display) : Array<Curve>(colours).fill(whole);
  const level = (curve: Curve, sample: number) => {
    const value = offset + scale * sample;
    if (Number.isNaN(value)) return 0;
    const part = bounded(curve(value));
    return Math.round(most * (inverted ? 1 - part : part));
  };
  const isFloat = data instanceof Float32Array;
  const levels: readonly ((sample: number) => number)[] = curves.map((curve) => {
    if (isFloat) return (sample) => level(curve, sample);
    const table = Uint16Array.from({ length: most + 1 }, (_, sample) => level(curve, sample));
    return (sample) => table[sample] ?? 0;
  });
  for (let channel = 0; channel < channels; channel += 1) {
    const alpha = (sample: number) => (isFloat ? Math.round(most * bounded(sample)) : sample);
    const convert = levels[channel] ?? alpha;
    for (let at = channel; at < data.length; at += channels) out[at] = convert(data[at] ?? 0);
  }
  return out;
}
