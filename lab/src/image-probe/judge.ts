import type { ProbeAnswer, ProbeEnd } from './protocol.ts';
import { ANSWERS } from './trial.ts';

/** MiB that a process may grow by whatever it is given: its code is loaded late, its headers are read, its heap is not swept at once. */
const SLACK_MIB = 150;
/** Pictures that are tried at once. */
const AT_ONCE = 2;

/** Why a picture ended as none may; nothing where all is well. */
export function complaint(
  given: ProbeAnswer | ProbeEnd,
  expected: readonly string[] = ANSWERS,
): string | undefined {
  if (given.kind === 'end') return `${given.how}\n${given.stderr}`;
  const [one, other] = given.outcomes;
  if (!expected.includes(one.code)) return `${one.code}: ${one.message}`;
  if (JSON.stringify(one) !== JSON.stringify(other)) {
    return `two outcomes of one picture: ${JSON.stringify(one)} and ${JSON.stringify(other)}`;
  }
  const most = SLACK_MIB + AT_ONCE * given.estimatedMiB;
  if (given.grownMiB !== undefined && given.grownMiB > most) {
    return `${Math.round(given.grownMiB)} MiB of memory, and not at most ${Math.round(most)}`;
  }
  return undefined;
}
