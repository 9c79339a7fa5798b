import type { IncomingHttpHeaders } from 'node:http';

import type { Emulator } from '../emulator.ts';
import type { SqsQueue, SqsStore } from '../fauxqs-internals.ts';
import { currentRequest } from '../request-context.ts';
import { testEvent } from './event-message.ts';
import { parseNotifications, renderNotifications } from './notification-configuration.ts';
import { invalidArgument } from './s3-errors.ts';
import { enqueue } from './enqueue.ts';

/**
 * Replaces a bucket's notification configuration and sends `s3:TestEvent` to its queues, in one
 * commit. An empty configuration switches notifications off.
 *
 * @throws MalformedXML, InvalidArgument, NotImplemented
 */
export function acceptNotifications(
  { sqs, configurations, atomically }: Emulator,
  bucket: string,
  body: Buffer,
  headers: IncomingHttpHeaders,
): void {
  const notifications = parseNotifications(body);
  const validate = headers['x-amz-skip-destination-validation'] !== 'true';
  const queues = validate ? notifications.map(({ queueArn }) => destination(sqs, queueArn)) : [];
  atomically(() => {
    configurations.set(bucket, 'notification', renderNotifications(notifications));
    const message = testEvent(bucket, currentRequest()?.id ?? '');
    for (const queue of queues) enqueue(queue, message);
  });
}

/** S3 sends to standard queues only. */
function destination(sqs: SqsStore, arn: string): SqsQueue {
  const queue = sqs.getQueueByArn(arn);
  if (queue === undefined || queue.isFifo()) {
    throw invalidArgument(
      `Unable to validate the following destination configurations: ${arn} is no standard queue here.`,
    );
  }
  return queue;
}
