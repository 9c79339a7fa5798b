import { randomUUID } from 'node:crypto';

import { invalidArgument, malformedXml, notImplemented } from './errors.ts';
import { decodeKey } from './keys.ts';
import {
  childElements,
  childText,
  childTexts,
  elementNames,
  escapeXml,
  parseXml,
  S3_NAMESPACE,
  type XmlElement,
} from './xml.ts';

export interface QueueNotification {
  readonly id: string;
  readonly queueArn: string;
  /** As configured: `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, … */
  readonly events: readonly string[];
  /** As configured: URL-encoded. Empty matches every key. */
  readonly prefix: string;
  readonly suffix: string;
}

/** The events that the embedded S3 sends. Others are rejected. */
const EVENTS = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
];

/**
 * @throws MalformedXML, InvalidArgument, and NotImplemented for a destination that is not a
 *   queue, or an event that the embedded S3 does not have
 */
export function parseNotifications(document: Buffer): QueueNotification[] {
  const root = parseXml(document, 'NotificationConfiguration');
  const other = elementNames(root).find((name) => name !== 'QueueConfiguration');
  if (other !== undefined) throw notImplemented(`the notification destination ${other}`);
  const notifications = childElements(root, 'QueueConfiguration').map(parseNotification);
  refuseOverlaps(notifications);
  return notifications;
}

function parseNotification(element: XmlElement): QueueNotification {
  const queueArn = childText(element, 'Queue');
  const events = childTexts(element, 'Event');
  if (queueArn === undefined || events.length === 0) throw malformedXml();
  const unknown = events.find((event) => !EVENTS.includes(event));
  if (unknown !== undefined) throw notImplemented(`the notification event ${unknown}`);
  return {
    id: childText(element, 'Id') ?? randomUUID(),
    queueArn,
    events,
    ...parseFilter(element),
  };
}

function parseFilter(element: XmlElement): { prefix: string; suffix: string } {
  const filter = { prefix: '', suffix: '' };
  const rules = childElements(element, 'Filter')
    .flatMap((child) => childElements(child, 'S3Key'))
    .flatMap((child) => childElements(child, 'FilterRule'));
  const seen = new Set<string>();
  for (const rule of rules) {
    const name = childText(rule, 'Name')?.toLowerCase();
    const value = childText(rule, 'Value') ?? '';
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalidArgument('filter rule name must be either prefix or suffix');
    }
    if (seen.has(name)) {
      throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`);
    }
    seen.add(name);
    if (Buffer.byteLength(value) > 1024) {
      throw invalidArgument('Size of filter rule value cannot exceed 1024 bytes in UTF-8.');
    }
    refuseUnencoded(value);
    filter[name] = value;
  }
  return filter;
}

/**
 * S3 accepts such a filter, and then never sends an event for it (user guide, "Configuring event
 * notifications using object key name filtering": special characters must be URL-encoded, a
 * space is `+`). Only an error can show the mistake in a local run.
 */
function refuseUnencoded(value: string): void {
  if (decodeKey(value) !== undefined) return;
  throw invalidArgument(
    `The filter value "${value}" must be URL-encoded, with a space as "+": S3 accepts it as it is, but then it matches no key.`,
  );
}

function refuseOverlaps(notifications: readonly QueueNotification[]): void {
  for (const [index, left] of notifications.entries()) {
    for (const right of notifications.slice(index + 1)) {
      if (shareEvent(left, right) && shareKey(left, right)) {
        throw invalidArgument(
          'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
        );
      }
    }
  }
}

function shareEvent(left: QueueNotification, right: QueueNotification): boolean {
  return left.events.some((a) => right.events.some((b) => coversEvent(a, b) || coversEvent(b, a)));
}

function shareKey(left: QueueNotification, right: QueueNotification): boolean {
  return (
    (left.prefix.startsWith(right.prefix) || right.prefix.startsWith(left.prefix)) &&
    (left.suffix.endsWith(right.suffix) || right.suffix.endsWith(left.suffix))
  );
}

function coversEvent(configured: string, event: string): boolean {
  return configured.endsWith('*')
    ? event.startsWith(configured.slice(0, -1))
    : event === configured;
}

/** Whether an event such as `ObjectCreated:Put` of a plain, decoded key is to be sent. */
export function wants(notification: QueueNotification, event: string, key: string): boolean {
  return (
    notification.events.some((configured) => coversEvent(configured, `s3:${event}`)) &&
    key.startsWith(decodeKey(notification.prefix) ?? key) &&
    key.endsWith(decodeKey(notification.suffix) ?? key)
  );
}

export function renderNotifications(notifications: readonly QueueNotification[]): string {
  return `<NotificationConfiguration ${S3_NAMESPACE}>${notifications.map(render).join('')}</NotificationConfiguration>`;
}

function render({ id, queueArn, events, prefix, suffix }: QueueNotification): string {
  const rules = Object.entries({ Prefix: prefix, Suffix: suffix })
    .filter(([, value]) => value !== '')
    .map(
      ([name, value]) =>
        `<FilterRule><Name>${name}</Name><Value>${escapeXml(value)}</Value></FilterRule>`,
    )
    .join('');
  return [
    `<QueueConfiguration><Id>${escapeXml(id)}</Id><Queue>${escapeXml(queueArn)}</Queue>`,
    ...events.map((event) => `<Event>${event}</Event>`),
    rules && `<Filter><S3Key>${rules}</S3Key></Filter>`,
    '</QueueConfiguration>',
  ].join('');
}
