import * as z from 'zod';

/** A length in pixels, or as a percentage of the picture's side: `25%`. */
export type Length = number | `${number}%`;

/** 0% to 100%. */
export const SHARE = /^(100(\.0+)?|\d{1,2}(\.\d+)?)%$/;

export const lengthSchema = (
  z.union(
    [
      z.number().int().min(0),
      z.string().regex(SHARE, { error: 'expected pixels or a percentage up to 100% (25%)' }),
    ],
    { error: 'expected pixels (0 and up) or a percentage up to 100% (25%)' },
  ) as z.ZodType<Length, Length>
).meta({ id: 'length', description: 'Pixels, or a percentage of the picture’s side (`25%`).' });

/** `25%` is 0.25. */
export function shareOf(text: string): number {
  return Number(text.slice(0, -1)) / 100;
}

/** Pixels, rounded. */
export function lengthInPixels(length: Length, side: number): number {
  return typeof length === 'number' ? length : Math.round(shareOf(length) * side);
}
