import sharp from 'sharp';
import { type Curve, inverse, multiply, SRGB_MATRIX, srgbEncode } from './colour-math.ts';
import { primariesOf } from './icc-profile.ts';

/** Converts 8-bit pixels to sRGB in place. The first three channels are red, green and blue. */
export type ToSrgb = (pixels: Uint8Array, channels: number) => void;

/** Steps of linear light. sRGB's curve then changes by less than half a level from one step to the next. */
const STEPS = 16_384;

/** Bound of what a channel adds, of 1. Damaged profiles exceed it, and would need endless tables. */
const MOST = 8;

let encoded: Uint8Array | undefined;

/** sRGB's levels for steps of linear light. Made once, because it takes a millisecond. */
function levelsOfLight(): Uint8Array {
  return (encoded ??= Uint8Array.from({ length: STEPS + 1 }, (_, step) =>
    Math.round(255 * srgbEncode(step / STEPS)),
  ));
}

/** What a channel of the upload adds to the three channels of sRGB, in steps, by its level. */
type Shares = readonly [Int32Array, Int32Array, Int32Array];

/**
 * The conversion from a profile of primaries and tone curves, by tables: at most one level from LittleCMS.
 * `undefined` if the profile has tables or lacks something.
 */
export function toSrgb(profile: Buffer): ToSrgb | undefined {
  const { curves, matrix } = primariesOf(profile) ?? {};
  const [red, green, blue] = curves ?? [];
  if (!red || !green || !blue || !matrix) return undefined;
  const toLight = multiply(inverse(SRGB_MATRIX), matrix);
  const sharesOf = (curve: Curve, from: 0 | 1 | 2): Shares => {
    const light = Array.from({ length: 256 }, (_, level) => curve(level / 255));
    const share = (to: 0 | 1 | 2) =>
      Int32Array.from(light, (value) => {
        const part = toLight[to][from] * value;
        return Math.round(STEPS * Math.max(-MOST, Math.min(MOST, part)));
      });
    return [share(0), share(1), share(2)];
  };
  const shares = [sharesOf(red, 0), sharesOf(green, 1), sharesOf(blue, 2)] as const;
  return converter(shares, ...levelsAround(shares));
}

/** Levels for all sums of three shares, and the index of the sum 0: the conversion then need not clip. */
function levelsAround(shares: readonly Shares[]): [levels: Uint8Array, zero: number] {
  const sums = [0, 1, 2].map((to) => {
    const own = shares.map((share) => share[to] ?? new Int32Array(1));
    const sumOf = (pick: (share: Int32Array) => number) =>
      own.reduce((sum, share) => sum + pick(share), 0);
    return [sumOf((share) => Math.min(...share)), sumOf((share) => Math.max(...share))] as const;
  });
  const least = Math.min(0, ...sums.map(([low]) => low));
  const most = Math.max(STEPS, ...sums.map(([, high]) => high));
  const levels = new Uint8Array(most - least + 1).fill(255);
  levels.fill(0, 0, -least);
  levels.set(levelsOfLight(), -least);
  return [levels, -least];
}

function converter(
  [red, green, blue]: readonly [Shares, Shares, Shares],
  levels: Uint8Array,
  zero: number,
): ToSrgb {
  const [rr, rg, rb] = red;
  const [gr, gg, gb] = green;
  const [br, bg, bb] = blue;
  return (pixels, channels) => {
    for (let at = 0; at + 2 < pixels.length; at += channels) {
      // Each table has 256 entries: no index is outside.
      const r = pixels[at] as number;
      const g = pixels[at + 1] as number;
      const b = pixels[at + 2] as number;
      pixels[at] = levels[zero + rr[r]! + gr[g]! + br[b]!]!;
      pixels[at + 1] = levels[zero + rg[r]! + gg[g]! + bg[b]!]!;
      pixels[at + 2] = levels[zero + rb[r]! + gb[g]! + bb[b]!]!;
    }
  };
}

/**
 * The conversion of an upload from its own profile.
 * @throws Error if it has no profile of primaries and tone curves
 */
export async function conversionOf(file: Uint8Array): Promise<ToSrgb> {
  const { icc } = await sharp(file, { failOn: 'error', limitInputPixels: false }).metadata();
  const conversion = icc && toSrgb(icc);
  if (!conversion) throw new Error('the upload has no profile of primaries and tone curves');
  return conversion;
}
