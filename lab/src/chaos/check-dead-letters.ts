import type { Message } from '@aws-sdk/client-sqs';
import type { Journal } from '../fault-proxy/journal.ts';
import type { Violation } from '../testbed/check-buckets.ts';

/** Codes of attempts that failed because of AWS or a time limit (docs/contract.md, "Codes"). */
const FAILED_ATTEMPTS = ['CONFLICT', 'THROTTLED', 'STORAGE_UNAVAILABLE', 'TIMEOUT'];

export interface DeadLetterCheck {
  readonly violations: readonly Violation[];
  /** Bodies of messages whose attempts all failed because of faults and kills. An operator would redrive them. */
  readonly redrivable: readonly string[];
}

/**
 * Checks that each dead letter has an explanation: an invalid message was sent, the last attempt gives its reason, or
 * the queue delivered the message as often as it allows.
 *
 * @param invalid bodies of invalid messages that were sent
 * @param maxReceiveCount of the queue
 */
export function checkDeadLetters(
  deadLetters: readonly Message[],
  invalid: ReadonlySet<string>,
  { deliveries }: Journal,
  maxReceiveCount: number,
): DeadLetterCheck {
  const violations: Violation[] = [];
  const redrivable: string[] = [];
  const missing = new Set(invalid);
  for (const { Body = '', MessageId = '', MessageAttributes = {} } of deadLetters) {
    const code = MessageAttributes['errorCode']?.StringValue;
    const text = MessageAttributes['errorMessage']?.StringValue;
    if (code === 'INVALID_MESSAGE' && invalid.has(Body)) {
      missing.delete(Body);
      continue;
    }
    redrivable.push(Body);
    if (code !== undefined && FAILED_ATTEMPTS.includes(code) && text) continue;
    const delivered = deliveries.get(MessageId) ?? 0;
    if (code === undefined && delivered >= maxReceiveCount) {
      // Moved by the queue itself. That happens to invalid messages too, if every process that received them was killed.
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
    violations.push({ kind: 'dead letter missing', key: body, detail: 'was sent and accepted' });
  return { violations, redrivable };
}
