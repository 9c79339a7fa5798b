import type { Message } from '@aws-sdk/client-sqs';
import type { Journal } from '../fault-proxy/journal.ts';
import type { Violation } from '../testbed/violation.ts';

/** Codes of attempts that AWS or the time failed (docs/contract.md, "Codes"). */
const FAILED_ATTEMPTS = ['CONFLICT', 'THROTTLED', 'STORAGE_UNAVAILABLE', 'TIMEOUT'];

export interface DeadLetterCheck {
  readonly violations: readonly Violation[];
  /** Bodies of messages whose attempts all failed, by faults and kills: an operator would redrive them. */
  readonly redrivable: readonly string[];
}

/**
 * Whether each dead letter can be explained: rubbish that was sent, an attempt that says why it was the last, or as many
 * deliveries as the queue allows without one that ended.
 *
 * @param maxReceiveCount of the queue
 */
export function checkDeadLetters(
  letters: readonly Message[],
  rubbish: ReadonlySet<string>,
  { deliveries }: Journal,
  maxReceiveCount: number,
): DeadLetterCheck {
  const violations: Violation[] = [];
  const redrivable: string[] = [];
  const missing = new Set(rubbish);
  for (const { Body = '', MessageId = '', MessageAttributes = {} } of letters) {
    const code = MessageAttributes['errorCode']?.StringValue;
    const text = MessageAttributes['errorMessage']?.StringValue;
    if (code === 'INVALID_MESSAGE' && rubbish.has(Body)) {
      missing.delete(Body);
      continue;
    }
    redrivable.push(Body);
    if (code !== undefined && FAILED_ATTEMPTS.includes(code) && text) continue;
    const delivered = deliveries.get(MessageId) ?? 0;
    if (code === undefined && delivered >= maxReceiveCount) {
      // Redriven by the queue itself: rubbish too, where its processes were killed each time.
      missing.delete(Body);
      continue;
    }
    violations.push({
      kind: 'dead letter unexplained',
      key: Body,
      detail: `errorCode ${code}, errorMessage ${text}, delivered ${delivered} times`,
    });
  }
  for (const body of missing)
    violations.push({ kind: 'dead letter missing', key: body, detail: 'was sent and answered' });
  return { violations, redrivable };
}
