import * as z from 'zod';
import { read, type Path } from './read.ts';
import { expected } from './show.ts';

/**
 * The envelope of a topic that delivers without "raw message delivery" (with it, the queue gets
 * the published message itself). Amazon SNS Developer Guide, "HTTP/HTTPS notification JSON
 * format" and "Fanout to Amazon SQS queues". Other types, such as a subscription that waits to be
 * confirmed, are for an operator. Why no ready schema: see s3-notification.ts.
 */
const notification = z.object({
  Type: z.literal('Notification', { error: expected('"Notification"') }),
  Message: z.string(),
});

/** The message that was published to the topic, still as text. */
export function readSns(value: unknown, path: Path): string {
  return read(notification, value, path).Message;
}
