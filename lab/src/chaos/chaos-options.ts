import { parseArgs } from 'node:util';
import * as z from 'zod';

const whole = z.coerce.number<string>().int().min(0);
const schema = z.strictObject({
  seed: whole.optional(),
  operations: whole.min(1).default(3000),
  kills: whole.default(100),
  'fault-rate': z.coerce.number<string>().min(0).max(0.5).default(0.02),
  write: z.boolean().default(false),
});

export interface CommandOptions {
  readonly seed: number;
  readonly operations: number;
  readonly kills: number;
  readonly faultRate: number;
  /** Puts the figures into docs/reliability.md. */
  readonly write: boolean;
}

/** @throws ZodError or TypeError for what is no option */
export function readCommandLine(args: readonly string[]): CommandOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seed: text, operations: text, kills: text, 'fault-rate': text },
      write: { type: 'boolean' },
    },
  });
  const { seed, 'fault-rate': faultRate, ...rest } = schema.parse(values);
  return { ...rest, faultRate, seed: seed ?? Math.floor(Math.random() * 2 ** 31) };
}
