import { InvalidMessageError } from './errors.ts';
import { readEventBridge } from './event-bridge.ts';
import type { ObjectChange } from './object-change.ts';
import { nameOf, type Path } from './read.ts';
import { isS3TestEvent, readS3Notification } from './s3-notification.ts';
import { show } from './show.ts';
import { readSns } from './sns.ts';

export type ParsedMessage =
  | { readonly kind: 'changes'; readonly changes: readonly ObjectChange[] }
  /** S3 saying that notifications were switched on: nothing to do. */
  | { readonly kind: 'test' };

/** A topic that feeds a topic that feeds the queue is two; more than this is no honest message. */
const MAX_SNS_ENVELOPES = 4;

/**
 * Reads the body of an SQS record: an S3 notification, an S3 event of EventBridge or
 * `s3:TestEvent`, each as it is or in the envelopes of SNS. Objects are listed in the message's
 * order, each once. All or nothing: one record that is wrong makes the message invalid.
 *
 * @throws InvalidMessageError for anything else, and nothing but that whatever the body is
 */
export function parseMessage(body: string): ParsedMessage {
  return parseAt(body, []);
}

function parseAt(text: string, path: Path): ParsedMessage {
  const value = parseJson(text, path);
  if (has(value, 'Records')) return changes(readS3Notification(value, path));
  if (isS3TestEvent(value)) return { kind: 'test' };
  if (has(value, 'detail-type')) return changes([readEventBridge(value, path)]);
  if (has(value, 'Type')) {
    const message = readSns(value, path);
    if (path.length === MAX_SNS_ENVELOPES) {
      throw new InvalidMessageError(`body: more than ${MAX_SNS_ENVELOPES} envelopes of SNS`);
    }
    return parseAt(message, [...path, 'Message']);
  }
  throw new InvalidMessageError(
    `${nameOf(path)}: no notification of S3, event of EventBridge or message of SNS: ${show(text)}`,
  );
}

function parseJson(text: string, path: Path): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidMessageError(`${nameOf(path)}: not JSON: ${show(text)}`, { cause });
  }
}

function has(value: unknown, member: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, member);
}

function changes(all: readonly ObjectChange[]): ParsedMessage {
  const once = new Map(all.map((change) => [JSON.stringify([change.bucket, change.key]), change]));
  return { kind: 'changes', changes: [...once.values()] };
}
