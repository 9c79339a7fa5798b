import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessage } from './parse-message.ts';
import { arbitraryKey } from './testing/arbitrary-key.ts';
import {
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

/** Every way from a changed object to the body of an SQS record. */
const wrappings = {
  'a notification of S3': (bucket: string, key: string) => s3Notification(s3Record(bucket, key)),
  'a notification of S3 through SNS': (bucket: string, key: string) =>
    snsEnvelope(s3Notification(s3Record(bucket, key))),
  'a notification of S3 through two topics': (bucket: string, key: string) =>
    snsEnvelope(snsEnvelope(s3Notification(s3Record(bucket, key)))),
  'an event of EventBridge': (bucket: string, key: string) => eventBridgeEvent(bucket, key),
  'an event of EventBridge through SNS': (bucket: string, key: string) =>
    snsEnvelope(eventBridgeEvent(bucket, key)),
};

describe.each(Object.entries(wrappings))('%s', (_, wrap) => {
  test('tells which object changed', () => {
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

describe('a notification of S3', () => {
  test('may hold several records, of several buckets; an object is listed once', () => {
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

  test.each(['2', '2.0', '2.1', '2.6', '2.99'])('may be of version %s', (eventVersion) => {
    expect(parse(s3Notification(s3Record('photos', 'a.jpg', { eventVersion })))).toEqual(
      changed(['photos', 'a.jpg']),
    );
  });

  test('needs a bucket name and a URL-encoded key, and nothing else', () => {
    const body = '{"Records":[{"s3":{"bucket":{"name":"photos"},"object":{"key":"a+b%2B.jpg"}}}]}';
    expect(parseMessage(body)).toEqual(changed(['photos', 'a b+.jpg']));
  });

  test('may come from IPv6, and have members that nobody has heard of', () => {
    const more = { requestParameters: { sourceIPAddress: '2001:db8::1' }, unheardOf: [] };
    expect(parse(s3Notification(s3Record('photos', 'a.jpg', more)))).toEqual(
      changed(['photos', 'a.jpg']),
    );
  });
});

test('a plus sign is a space in a notification, and a plus sign in an event of EventBridge', () => {
  const notification = s3Record('photos', 'a b.jpg');
  expect(notification.s3.object.key).toBe('a+b.jpg');
  expect(parse(s3Notification(notification))).toEqual(changed(['photos', 'a b.jpg']));
  expect(parse(eventBridgeEvent('photos', 'a+b%2B.jpg'))).toEqual(
    changed(['photos', 'a+b%2B.jpg']),
  );
});

test('EventBridge tells of deletions too', () => {
  const event = eventBridgeEvent('photos', 'a.jpg', { 'detail-type': 'Object Deleted' });
  expect(parse(event)).toEqual(changed(['photos', 'a.jpg']));
});

test('the test event of S3 asks for nothing, through SNS either', () => {
  expect(parse(s3TestEvent())).toEqual({ kind: 'test' });
  expect(parse(snsEnvelope(s3TestEvent()))).toEqual({ kind: 'test' });
});
