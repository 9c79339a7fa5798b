import {
  S3EventNotificationEventBridgeSchema,
  S3Schema,
} from '@aws-lambda-powertools/parser/schemas/s3';
import { SnsSqsNotificationSchema } from '@aws-lambda-powertools/parser/schemas/sns';
import { expect, test } from 'vitest';
import { eventBridgeEvent, s3Notification, s3Record, snsEnvelope } from './message-bodies.ts';

test('the messages of the tests match the schemas of Powertools', () => {
  const notification = s3Notification(s3Record('photos', 'a b.jpg'));
  S3Schema.parse(notification);
  SnsSqsNotificationSchema.parse(snsEnvelope(notification));
  S3EventNotificationEventBridgeSchema.parse(eventBridgeEvent('photos', 'a b.jpg'));
});

test("Powertools' S3 schema rejects valid messages, which is why this library has its own", () => {
  const dualStack = { requestParameters: { sourceIPAddress: '2001:db8::1' } };
  const minimal = { s3: { bucket: { name: 'photos' }, object: { key: 'a.jpg' } } };
  for (const record of [s3Record('photos', 'a.jpg', dualStack), minimal]) {
    expect(S3Schema.safeParse(s3Notification(record)).success).toBe(false);
  }
});
