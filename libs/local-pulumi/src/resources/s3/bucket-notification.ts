import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  type Event,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { AwsError, type AwsContext } from '../aws.ts';
import { WHY } from '../not-emulated.ts';
import { queueUrlOf } from '../sqs/queue.ts';
import { bucketSetting } from './define-bucket-setting.ts';
import { allows } from './policy-evaluation.ts';

const queue = z.strictObject({
  id: z.string().max(255).optional(),
  queueArn: z.string(),
  events: z.array(z.string()).min(1),
  filterPrefix: z.string().optional(),
  filterSuffix: z.string().optional(),
});

/** The local S3 notifies only queues: rejects other destinations. */
const noneOf = (what: string) =>
  z.array(z.json()).max(0, `only queues are notified here, no ${what}`).optional();

export const bucketNotification = bucketSetting({
  type: 'aws:s3/bucketNotification:BucketNotification',
  inputs: {
    eventbridge: z.literal(false, 'there is no EventBridge here').optional(),
    lambdaFunctions: noneOf('functions'),
    topics: noneOf('topics'),
    queues: z
      .array(queue)
      .refine((queues) => queues.flatMap(toS3).length > 0, 'names no event that can happen here'),
  },
  ignoredValues({ queues }): Record<string, string> {
    const some = queues.some(({ events }) => events.some(isLifecycle));
    return some ? { 'queues.events': WHY.lifecycleEvents } : {};
  },
  put: async (bucket, { queues }, context) => {
    for (const { queueArn } of queues) await requireSendPermission(context, queueArn, bucket);
    await context.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: { QueueConfigurations: queues.flatMap(toS3) },
      }),
    );
  },
  get: async (bucket, { s3 }) => {
    const { QueueConfigurations } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
    );
    return QueueConfigurations;
  },
  remove: (bucket, { s3 }) =>
    s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: {},
      }),
    ),
});

function isLifecycle(event: string): boolean {
  return event.startsWith('s3:Lifecycle');
}

function toS3(inputs: z.output<typeof queue>) {
  const events = inputs.events.filter((event) => !isLifecycle(event));
  if (events.length === 0) return [];
  const rules = [
    ...(inputs.filterPrefix ? [{ Name: 'prefix' as const, Value: inputs.filterPrefix }] : []),
    ...(inputs.filterSuffix ? [{ Name: 'suffix' as const, Value: inputs.filterSuffix }] : []),
  ];
  return [
    {
      Id: inputs.id,
      QueueArn: inputs.queueArn,
      // The endpoint knows which events there are, and says so.
      Events: events as Event[],
      Filter: rules.length > 0 ? { Key: { FilterRules: rules } } : undefined,
    },
  ];
}

/**
 * The one place where a policy has an effect here, because S3 tries the queue out before it takes a notification
 * (S3 user guide, "Granting permissions to publish event notification messages to a destination").
 *
 * @throws AwsError `InvalidArgument` when the queue is not there or its policy does not let the bucket send
 */
async function requireSendPermission(
  context: AwsContext,
  queueArn: string,
  bucket: string,
): Promise<void> {
  const url = await queueUrlOf(context, queueArn);
  if (url === undefined) throw refused(`there is no queue ${queueArn}`);
  const { Attributes } = await context.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['Policy'] }),
  );
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const allowed = allows(Attributes?.['Policy'], {
    service: 's3.amazonaws.com',
    action: 'sqs:SendMessage',
    resource: queueArn,
    conditions: {
      'aws:SourceArn': bucketArn,
      'aws:SourceAccount': context.accountId,
      'aws:SecureTransport': 'true',
    },
  });
  if (allowed) return;
  throw refused(
    `the policy of ${queueArn} does not let s3.amazonaws.com send for ${bucketArn}; does the notification depend on the queue's policy?`,
  );
}

function refused(why: string): AwsError {
  return new AwsError(
    'InvalidArgument',
    `Unable to validate the following destination configurations: ${why}`,
  );
}
