import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Filter } from './notification-filters.ts';

/** Everything that changes what a key holds; `ObjectRemoved` leaves out what a lifecycle rule removes. */
const EVENTS = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:LifecycleExpiration:*'];

/**
 * Tells the queue which keys changed. A bucket has one notification configuration: this resource owns all of it.
 *
 * @param opts must depend on the queue's policy: S3 tries the queue out when it is named
 */
export function createNotification(
  name: string,
  {
    bucket,
    queue,
    filters,
  }: { bucket: aws.s3.Bucket; queue: aws.sqs.Queue; filters: readonly Filter[] },
  opts: pulumi.CustomResourceOptions,
): aws.s3.BucketNotification {
  return new aws.s3.BucketNotification(
    `${name}-notification`,
    {
      bucket: bucket.bucket,
      queues: filters.map(({ prefix, suffix }) => ({
        queueArn: queue.arn,
        events: EVENTS,
        ...(prefix && { filterPrefix: prefix }),
        ...(suffix && { filterSuffix: suffix }),
      })),
    },
    opts,
  );
}
