import { InvalidMessageError, nameOf, type Path, show } from './invalid-message.ts';
import { isS3TestEvent, readEventBridge, readS3Notification, readSns } from './message-formats.ts';
import type { ObjectChange } from './object-change.ts';

export type ParsedMessage =
  | { readonly kind: 'changes'; readonly changes: readonly ObjectChange[] }
  /** S3 sends it when notifications are switched on. It requires no work. */
  | { readonly kind: 'test' };

/** A topic that feeds a topic that feeds the queue makes two. A legitimate message has at most four. */
const MAX_SNS_ENVELOPES = 4;

/**
 * Parses the body of an SQS record: an S3 notification, an S3 event of EventBridge or
 * `s3:TestEvent`, each directly or in SNS envelopes. Returns the objects in the message's order,
 * without duplicates. One invalid record makes the whole message invalid.
 *
 * @throws InvalidMessageError for any other body, and no other error
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
      throw new InvalidMessageError(`body: more than ${MAX_SNS_ENVELOPES} SNS envelopes`);
    }
    return parseAt(message, [...path, 'Message']);
  }
  throw new InvalidMessageError(
    `${nameOf(path)}: not an S3 notification, an EventBridge event or an SNS message: ${show(text)}`,
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
