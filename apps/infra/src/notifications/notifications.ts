import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Queues } from '../queues.ts';
import type { SourceBucket } from '../storage/existing-bucket.ts';
import { createEventTargets } from './event-rules.ts';
import type { Filter } from './filters.ts';
import { addNotifications, refuseOverlap } from './merged-configuration.ts';

/** All events that change the object of a key. `ObjectRemoved` does not include removals by a lifecycle rule. */
const EVENTS = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:LifecycleExpiration:*'];

interface Notified {
  readonly bucket: SourceBucket;
  readonly queue: aws.sqs.Queue;
  readonly filters: readonly Filter[];
}

/**
 * Sends the bucket's changes to the queue: through EventBridge rules if there are any, otherwise from the bucket.
 *
 * @param opts must depend on the queues' policies, because S3 sends a test message to the queue
 */
export function createNotifications(
  name: string,
  {
    settings: { source },
    queues,
    rules,
    ...rest
  }: {
    readonly settings: Settings;
    readonly bucket: SourceBucket;
    readonly queues: Queues;
    readonly filters: readonly Filter[];
    readonly rules: readonly aws.cloudwatch.EventRule[];
  },
  opts: pulumi.CustomResourceOptions,
): void {
  const notified = { ...rest, queue: queues.queue };
  if (rules.length > 0) createEventTargets(name, { rules, queues }, opts);
  else if (source?.bucket !== undefined)
    createAddedNotification(name, { ...notified, existing: source.bucket }, opts);
  else createNotification(name, notified, opts);
}

/** A bucket has one notification configuration. This resource owns all of it. */
function createNotification(
  name: string,
  { bucket, queue, filters }: Notified,
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

/**
 * The same for a bucket that others have configured: read anew by every preview, theirs kept, ours added.
 *
 * The resource owns the whole configuration, so its deletion would take theirs along: it is left in S3 instead, and
 * ours in it have to be removed by hand (apps/infra/README.md).
 *
 * @throws ExistingBucketError, through its inputs, where theirs and ours overlap
 */
function createAddedNotification(
  name: string,
  { bucket, existing, queue, filters }: Notified & { readonly existing: string },
  opts: pulumi.CustomResourceOptions,
): aws.s3.BucketNotification {
  const ours = {
    marker: `darkroom:${pulumi.getProject()}/${pulumi.getStack()}/${name}:`,
    events: EVENTS,
    filters,
  };
  // Read and checked at the first preview, when the resources of `dependsOn` and the queue's ARN are unknown.
  const { dependsOn: _, ...lookup } = opts;
  const read = aws.s3.getBucketNotificationOutput({ bucket: existing }, lookup);
  const checked = read.apply((theirs) => {
    refuseOverlap(theirs, ours);
    return theirs;
  });
  const all = pulumi
    .all([checked, queue.arn])
    .apply(([theirs, queueArn]) => addNotifications(theirs, { ...ours, queueArn }));
  return new aws.s3.BucketNotification(
    `${name}-notification`,
    {
      bucket: bucket.bucket,
      eventbridge: all.eventbridge,
      lambdaFunctions: all.lambdaFunctions.apply((theirs) => [...theirs]),
      queues: all.queues.apply((those) => [...those]),
      topics: all.topics.apply((theirs) => [...theirs]),
    },
    { ...opts, retainOnDelete: true },
  );
}
