import { parseArgs } from 'node:util';
import * as z from 'zod';

const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;
const whole = z.coerce.number<string>().int().min(0);
const schema = z.strictObject({
  seed: whole.optional(),
  minutes: z.coerce.number<string>().positive().default(10),
  format: z.enum([...FORMATS, 'events']).optional(),
  index: whole.optional(),
  processes: whole.min(1).default(2),
  findings: z.string().default('fuzz-findings'),
  write: z.boolean().default(false),
});

export interface FuzzCommand {
  readonly seed: number;
  readonly minutes: number;
  /** None: events are not fuzzed alone. */
  readonly formats: readonly (typeof FORMATS)[number][];
  readonly events: boolean;
  /** One case instead of all of them. */
  readonly index?: number | undefined;
  readonly processes: number;
  /** Folder for the inputs that ended as none may; made when there is one. */
  readonly findings: string;
  /** Puts the figures into docs/reliability.md. */
  readonly write: boolean;
}

/** @throws ZodError or TypeError for what is no option */
export function readFuzzCommand(args: readonly string[]): FuzzCommand {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seed: text, minutes: text, format: text, index: text, processes: text, findings: text },
      write: { type: 'boolean' },
    },
  });
  const { format, seed = Math.floor(Math.random() * 2 ** 31), ...rest } = schema.parse(values);
  return {
    ...rest,
    seed,
    formats: format === undefined ? FORMATS : format === 'events' ? [] : [format],
    events: (format === undefined && rest.index === undefined) || format === 'events',
  };
}
