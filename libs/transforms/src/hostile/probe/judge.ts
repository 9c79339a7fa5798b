import { ANSWERS } from './trial.ts';
import type { ProbeAnswer, ProbeEnd } from './protocol.ts';

/**
 * Resident memory that a process with two pictures within `FUZZ_LIMITS` may take, MiB: 70 at rest, and for each 26 for
 * every megapixel of its pages (plan/memory.ts, the most demanding encoder), generously rounded up.
 */
export const MAX_PEAK_MIB = 512;

/** What is wrong with how a picture ended; nothing where it ended as any picture may. */
export function complaint(given: ProbeAnswer | ProbeEnd): string | undefined {
  if (given.kind === 'end') return `${given.how}\n${given.stderr}`;
  const [one, other] = given.outcomes;
  if (!(ANSWERS as readonly string[]).includes(one.code)) return `${one.code}: ${one.message}`;
  if (JSON.stringify(one) !== JSON.stringify(other)) {
    return `two outcomes of one picture: ${JSON.stringify(one)} and ${JSON.stringify(other)}`;
  }
  if (given.peakMiB > MAX_PEAK_MIB) return `${Math.round(given.peakMiB)} MiB of memory`;
  return undefined;
}
