import * as z from 'zod';
import { bucketName, plainKey, type ObjectChange } from './object-change.ts';
import { read, type Path } from './read.ts';
import { expected } from './show.ts';

/**
 * Amazon S3 User Guide, "EventBridge event message structure" (its other detail types, tags or
 * storage classes, change nothing that an output depends on, so a rule that sends them is a
 * mistake to be seen). Why no ready schema: see s3-notification.ts.
 *
 * The key is **not** URL-encoded here. "Event message structure" says that it is for
 * notifications to SQS, SNS and Lambda; the EventBridge page does not, and S3 sends it as it is:
 * `a+b.jpg` is a plus sign.
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

/** The object of an event that S3 sent to EventBridge. */
export function readEventBridge(value: unknown, path: Path): ObjectChange {
  const { bucket, object } = read(s3Event, value, path).detail;
  return { bucket: bucket.name, key: object.key };
}
