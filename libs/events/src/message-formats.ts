import * as z from 'zod';
import { expected, read, type Path } from './invalid-message.ts';
import { bucketName, encodedKey, encodeKey, plainKey, type ObjectChange } from './object-change.ts';

/**
 * Requires only the members that identify the object: a bucket name and a URL-encoded key. Backfill
 * and repair send such messages too.
 *
 * The schemas of @aws-lambda-powertools/parser do not fit. `S3Schema` requires a dozen members that
 * the pipeline does not read, and it rejects an IPv6 `sourceIPAddress`, which dual-stack endpoints
 * report. Its `import { z } from 'zod'` also prevents tree shaking: Zod takes 455 kB of the
 * function's bundle instead of 86 kB, and 40 ms of a cold start instead of 13 ms. The tests check
 * their own messages against those schemas.
 *
 * Amazon S3 User Guide, "Event message structure". Versions 2.x only add members (the page's rule).
 */
const s3Notification = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal('aws:s3', { error: expected('"aws:s3"') }).optional(),
        eventVersion: z
          .string({ error: expected('a version "2.x"') })
          .regex(/^2(\.|$)/, { error: expected('a version "2.x"') })
          .optional(),
        s3: z.object({
          bucket: z.object({ name: bucketName }),
          object: z.object({ key: encodedKey }),
        }),
      }),
    )
    .min(1, 'no record'),
});

/** Returns the objects of an S3 notification, in its order. One invalid record makes it invalid. */
export function readS3Notification(value: unknown, path: Path): ObjectChange[] {
  return read(s3Notification, value, path).Records.map(({ s3 }) => ({
    bucket: s3.bucket.name,
    key: s3.object.key,
  }));
}

/**
 * Formats the smallest S3 notification that makes the pipeline check an object. Repair, backfill and
 * dead letters use it. `parseMessage` reads it back.
 *
 * @throws URIError for a key with a lone surrogate
 */
export function formatMessage({ bucket, key }: ObjectChange): string {
  return JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object: { key: encodeKey(key) } },
      },
    ],
  });
}

const testEvent = z.object({ Event: z.literal('s3:TestEvent') });

/** S3 sends this message when notifications are switched on. It has no records. */
export function isS3TestEvent(value: unknown): boolean {
  return testEvent.safeParse(value).success;
}

/**
 * Amazon S3 User Guide, "EventBridge event message structure". Other detail types (tags, storage
 * classes) change nothing that an output depends on. A rule that sends them is a configuration
 * error, which the rejected message makes visible.
 *
 * The key is **not** URL-encoded here: `a+b.jpg` contains a plus sign. S3 encodes keys only in
 * notifications to SQS, SNS and Lambda ("Event message structure").
 */
const s3Event = z.object({
  source: z.literal('aws.s3', { error: expected('"aws.s3"') }),
  'detail-type': z.enum(['Object Created', 'Object Deleted'], {
    error: expected('"Object Created" or "Object Deleted"'),
  }),
  detail: z.object({
    bucket: z.object({ name: bucketName }),
    object: z.object({ key: plainKey }),
  }),
});

/** Returns the object of an event that S3 sent to EventBridge. */
export function readEventBridge(value: unknown, path: Path): ObjectChange {
  const { bucket, object } = read(s3Event, value, path).detail;
  return { bucket: bucket.name, key: object.key };
}

/**
 * The envelope of a topic without "raw message delivery" (with it, the queue receives the published
 * message itself). Amazon SNS Developer Guide, "HTTP/HTTPS notification JSON format" and "Fanout to
 * Amazon SQS queues". Other types, such as a pending subscription confirmation, need an operator.
 */
const snsNotification = z.object({
  Type: z.literal('Notification', { error: expected('"Notification"') }),
  Message: z.string(),
});

/** Returns the published message as text. */
export function readSns(value: unknown, path: Path): string {
  return read(snsNotification, value, path).Message;
}
