import type { StackInfo } from '@darkroom/console-api';
import * as z from 'zod';

/** The handler's own lines (apps/resizer/src/telemetry.ts), as far as a person at the terminal wants them. */
const outcome = z.object({
  message: z.enum([
    'done',
    'rejected',
    'acknowledged',
    'attempt failed',
    'dead letter',
    // Of the webhook's function (apps/resizer/src/webhook.ts).
    'event delivered',
    'event not delivered',
  ]),
  key: z.string().optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  error: z.object({ message: z.string() }).optional(),
  outputs: z.number().optional(),
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
  duration: z.number().optional(),
  type: z.string().optional(),
  attempt: z.number().optional(),
  /** Seconds; 0 after the last attempt. */
  backOff: z.number().optional(),
});
const metrics = z.object({ _aws: z.unknown() });

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000).toLocaleString('en')} kB`;

/**
 * One line of the function as one for a person: outcomes in words, metrics left out, everything else as it is.
 * Characters that steer a terminal are replaced: a key may hold any.
 *
 * @returns nothing for a line that is for machines only
 */
export function humanLine(line: string): string | undefined {
  const data = parseJson(line);
  if (metrics.safeParse(data).success) return undefined;
  const { success, data: told } = outcome.safeParse(data);
  return printable(success ? describe(told) : line);
}

/** The line of an upload that no recipe matches. The function does not see it: S3 sends events below prefixes only. */
export function unmatchedLine(key: string, recipes: StackInfo['recipes']): string {
  const takes = recipes.map(({ match: { prefix, suffixes } }) => {
    const endings = suffixes ? ` ending in ${suffixes.join(' or ')}` : '';
    return `${prefix || 'every key'}${endings}`;
  });
  return printable(`  ${'no recipe'.padEnd(14)} ${key}   recipes match: ${takes.join(', ')}`);
}

function describe(told: z.output<typeof outcome>): string {
  const details = [
    told.code,
    told.reason ?? told.error?.message,
    told.outputs !== undefined && `${told.outputs} outputs`,
    told.bytesIn !== undefined &&
      told.bytesOut !== undefined &&
      `${kilobytes(told.bytesIn)} → ${kilobytes(told.bytesOut)}`,
    told.attempt !== undefined && `attempt ${told.attempt}`,
    told.backOff !== undefined &&
      (told.backOff > 0 ? `next attempt in ${told.backOff} s` : 'no further attempt'),
    told.duration !== undefined && `${told.duration} ms`,
  ].filter(Boolean);
  const subject = [told.type, told.key].filter(Boolean).join(' ');
  return `  ${told.message.padEnd(14)} ${subject}   ${details.join(', ')}`;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�');
}
