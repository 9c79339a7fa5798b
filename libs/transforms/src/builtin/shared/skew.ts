import { otsu } from './otsu.ts';
import { lumaOf } from './samples.ts';
import type { RawPixels } from '../../bound-transform.ts';

/** Steps of the two searches, degrees. */
const [COARSE, FINE] = [0.5, 0.05];

/**
 * Least ratio of the sharpest profile to the median of all angles. Text lines and edges of pages have 3 and more; photos
 * and noise have less than 2.
 */
const LEAST_CONTRAST = 2.5;

/** Dark pixels: their columns and rows. The picture is a negative if most of them are dark. */
function inkOf(pixels: RawPixels): { readonly x: Uint16Array; readonly y: Uint16Array } {
  const { width } = pixels;
  const luma = lumaOf(pixels);
  const split = otsu(luma);
  let dark = 0;
  for (const value of luma) if (value <= split) dark += 1;
  const isInk = (value: number) => value <= split === dark <= luma.length / 2;
  const count = Math.min(dark, luma.length - dark);
  const [x, y] = [new Uint16Array(count), new Uint16Array(count)];
  let found = 0;
  luma.forEach((value, at) => {
    if (!isInk(value)) return;
    x[found] = at % width;
    y[found] = Math.floor(at / width);
    found += 1;
  });
  return { x, y };
}

/**
 * Finds the angle by which the text lines or edges of a page are turned, degrees clockwise; `undefined` if it has none. Sums
 * the dark pixels along lines of each angle: the profile of the right angle has the sharpest steps (Postl, 1986).
 *
 * @param pixels a reduced picture of at most 65,535 pixels a side
 * @param limit largest angle, degrees
 */
export function skewOf(pixels: RawPixels, limit: number): number | undefined {
  const { width, height } = pixels;
  const ink = inkOf(pixels);
  if (ink.x.length === 0) return undefined;
  const room = Math.ceil(width * Math.tan((limit + COARSE) * (Math.PI / 180)));
  const profile = new Float64Array(height + 2 * room + 2);
  const sharpness = (angle: number) => {
    const slope = Math.tan((angle * Math.PI) / 180);
    profile.fill(0);
    for (let at = 0; at < ink.x.length; at += 1) {
      const row = Math.round((ink.y[at] ?? 0) - (ink.x[at] ?? 0) * slope) + room;
      profile[row] = (profile[row] ?? 0) + 1;
    }
    let sum = 0;
    for (let row = 1; row < profile.length; row += 1)
      sum += ((profile[row] ?? 0) - (profile[row - 1] ?? 0)) ** 2;
    return sum;
  };
  const steps = Math.round(limit / COARSE);
  const coarse = anglesAround(0, steps, COARSE).map((angle) => ({
    angle,
    sharp: sharpness(angle),
  }));
  const peak = sharpest(coarse);
  const median = coarse.map(({ sharp }) => sharp).toSorted((a, b) => a - b)[steps] ?? 0;
  // At the limit, the sharpest angle may be beyond it.
  if (peak.sharp < LEAST_CONTRAST * median || Math.abs(peak.angle) > limit - COARSE / 2) {
    return undefined;
  }
  const fine = anglesAround(peak.angle, COARSE / FINE, FINE);
  return sharpest(fine.map((angle) => ({ angle, sharp: sharpness(angle) }))).angle;
}

function anglesAround(middle: number, each: number, step: number): readonly number[] {
  return Array.from({ length: 2 * each + 1 }, (_, index) => middle + (index - each) * step);
}

interface Found {
  readonly angle: number;
  readonly sharp: number;
}

function sharpest(found: readonly Found[]): Found {
  return found.reduce((best, one) => (one.sharp > best.sharp ? one : best));
}
