import * as z from 'zod';
import { bucketName, encodedKey, type ObjectChange } from './object-change.ts';
import { read, type Path } from './read.ts';
import { expected } from './show.ts';

/**
 * Only what identifies the object, and no more: a message with a bucket name and a URL-encoded key
 * is a wish to have that key looked at, whoever wrote it (backfill and repair do).
 *
 * Not `S3Schema` of @aws-lambda-powertools/parser: it demands a dozen members that nobody reads
 * here, and refuses records that S3 does send (a `sourceIPAddress` in IPv6, which dual-stack
 * endpoints report). Its `import { z } from 'zod'` also keeps a bundler from dropping what is
 * unused of Zod: 455 kB instead of 86 kB in the function's bundle, 40 ms of a cold start instead
 * of 13. The tests hold it against the messages that they use.
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

/** The objects of an S3 event notification, in its order. One record that is wrong spoils all. */
export function readS3Notification(value: unknown, path: Path): ObjectChange[] {
  return read(s3Notification, value, path).Records.map(({ s3 }) => ({
    bucket: s3.bucket.name,
    key: s3.object.key,
  }));
}

const testEvent = z.object({ Event: z.literal('s3:TestEvent') });

/** The message that S3 sends when notifications are switched on. It has no records. */
export function isS3TestEvent(value: unknown): boolean {
  return testEvent.safeParse(value).success;
}
