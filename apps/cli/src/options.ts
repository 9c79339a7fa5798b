import * as z from 'zod';
import { numberOption } from './command.ts';

/** A number from `least` to `most`. */
export function numberBetween(least: number, most: number) {
  const number = new Intl.NumberFormat('en');
  return numberOption(
    `a number from ${number.format(least)} to ${number.format(most)}`,
    (value) => value >= least && value <= most,
  );
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90`, `90s`, `10m`, `1.5h` or `2d`, as seconds. */
export const durationOption = z.string().transform((text, context) => {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * UNITS[(unit || 's') as keyof typeof UNITS];
  context.addIssue({
    code: 'custom',
    message: `must be a duration such as 90s, 10m or 2h; found ${text}`,
  });
  return z.NEVER;
});

/** A share from 0 to 1: `0.05` or `5%`. */
export const shareOption = z.string().transform((text, context) => {
  const [, amount, percent] = /^(\d*\.?\d+)\s*(%?)$/.exec(text) ?? [];
  const value = amount === undefined ? NaN : Number(amount) / (percent === '%' ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  context.addIssue({
    code: 'custom',
    message: `must be a share such as 0.05 or 5%; found ${text}`,
  });
  return z.NEVER;
});
