import * as z from 'zod';

/** An option with one value, or one each for red, green and blue. */
export function perChannel(value: z.ZodNumber) {
  return z.union([value, z.tuple([value, value, value])], {
    error: 'expected a number, or three of them: red, green, blue',
  });
}

/** The value for a channel, from 0. */
export function ofChannel(value: number | readonly number[], channel: number): number {
  return typeof value === 'number' ? value : (value[channel] ?? 0);
}
