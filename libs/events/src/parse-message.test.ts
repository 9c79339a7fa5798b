import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessage } from './parse-message.ts';
import {
  arbitraryKey,
  eventBridgeEvent,
  s3Notification,
  s3Record,
  s3TestEvent,
  snsEnvelope,
} from './testing/message-bodies.ts';

const parse = (message: object) => parseMessage(JSON.stringify(message));
const changed = (...changes: [bucket: string, key: string][]) => ({
  kind: 'changes',
  changes: changes.map(([bucket, key]) => ({ bucket, key })),
});

/** Every format in which a changed object reaches an SQS record. */
const wrappings = {
  'an S3 notification': (bucket: string, key: string) => s3Notification(s3Record(bucket, key)),
  'an S3 notification through SNS': (bucket: string, key: string) =>
    snsEnvelope(s3Notification(s3Record(bucket, key))),
  'an S3 notification through two topics': (bucket: string, key: string) =>
    snsEnvelope(snsEnvelope(s3Notification(s3Record(bucket, key)))),
  'an EventBridge event': (bucket: string, key: string) => eventBridgeEvent(bucket, key),
  'an EventBridge event through SNS': (bucket: string, key: string) =>
    snsEnvelope(eventBridgeEvent(bucket, key)),
};

describe.each(Object.entries(wrappings))('%s', (_, wrap) => {
  test('names the changed object', () => {
    expect(parse(wrap('photos', 'uploads/a b+c%20.jpg'))).toEqual(
      changed(['photos', 'uploads/a b+c%20.jpg']),
    );
  });

  test('carries any Unicode key', () => {
    fc.assert(
      fc.property(arbitraryKey, (key) => {
        expect(parse(wrap('photos', key))).toEqual(changed(['photos', key]));
      }),
    );
  });

  test('carries a key of 1,024 bytes', () => {
    const key = '🐈'.repeat(256);
    expect(parse(wrap('photos', key))).toEqual(changed(['photos', key]));
  });
});

describe('an S3 notification', () => {
  test('may contain records of several buckets; each object is listed once', () => {
    const records = [
      s3Record('photos', 'b.jpg'),
      s3Record('photos', 'a.jpg'),
      s3Record('scans', 'b.jpg'),
      s3Record('photos', 'b.jpg', { eventName: 'ObjectRemoved:Delete' }),
    ];
    expect(parse(s3Notification(...records))).toEqual(
      changed(['photos', 'b.jpg'], ['photos', 'a.jpg'], ['scans', 'b.jpg']),
    );
  });

  test.each(['2', '2.0', '2.1', '2.6', '2.99'])('may have version %s', (eventVersion) => {
    expect(parse(s3Notification(s3Record('photos', 'a.jpg', { eventVersion })))).toEqual(
      changed(['photos', 'a.jpg']),
    );
  });

  test('may name an old bucket, with up to 255 characters', () => {
    const old = 'b'.repeat(255);
    expect(parse(s3Notification(s3Record(old, 'a.jpg')))).toEqual(changed([old, 'a.jpg']));
  });

  test('requires only a bucket name and a URL-encoded key', () => {
    const body = '{"Records":[{"s3":{"bucket":{"name":"photos"},"object":{"key":"a+b%2B.jpg"}}}]}';
    expect(parseMessage(body)).toEqual(changed(['photos', 'a b+.jpg']));
  });

  test('may contain an IPv6 address and unknown members', () => {
    const more = { requestParameters: { sourceIPAddress: '2001:db8::1' }, unheardOf: [] };
    expect(parse(s3Notification(s3Record('photos', 'a.jpg', more)))).toEqual(
      changed(['photos', 'a.jpg']),
    );
  });
});

test('decodes a plus sign as a space in a notification, not in an EventBridge event', () => {
  const notification = s3Record('photos', 'a b.jpg');
  expect(notification.s3.object.key).toBe('a+b.jpg');
  expect(parse(s3Notification(notification))).toEqual(changed(['photos', 'a b.jpg']));
  expect(parse(eventBridgeEvent('photos', 'a+b%2B.jpg'))).toEqual(
    changed(['photos', 'a+b%2B.jpg']),
  );
});

test('reads EventBridge events of deletions', () => {
  const event = eventBridgeEvent('photos', 'a.jpg', { 'detail-type': 'Object Deleted' });
  expect(parse(event)).toEqual(changed(['photos', 'a.jpg']));
});

test('recognises the test event of S3, also through SNS', () => {
  expect(parse(s3TestEvent())).toEqual({ kind: 'test' });
  expect(parse(snsEnvelope(s3TestEvent()))).toEqual({ kind: 'test' });
});
