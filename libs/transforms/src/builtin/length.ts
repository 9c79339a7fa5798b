import * as z from 'zod';

/** A length in pixels, or as a share of the picture's side: `25%`. */
export type Length = number | `${number}%`;

export const lengthSchema = (
  z.union(
    [
      z.number().int().min(0),
      z
        .string()
        .regex(/^(100|\d{1,2})(\.\d+)?%$/, { error: 'expected pixels or a percentage (25%)' }),
    ],
    { error: 'expected pixels (0 and up) or a percentage (25%)' },
  ) as z.ZodType<Length, Length>
).meta({ id: 'length', description: 'Pixels, or a share of the picture’s side (`25%`).' });

/** Pixels, rounded. */
export function lengthInPixels(length: Length, side: number): number {
  return typeof length === 'number'
    ? length
    : Math.round((Number(length.slice(0, -1)) / 100) * side);
}
