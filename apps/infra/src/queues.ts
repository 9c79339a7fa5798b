import { visibilityTimeout, type Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { denyPlainHttp, policyDocument, type Statement } from './policy.ts';

export interface Queues {
  /** Keys that changed, waiting for the function. */
  readonly queue: aws.sqs.Queue;
  /** What an operator has to look at: messages that failed `maxReceiveCount` times, or that never can succeed. */
  readonly deadLetters: aws.sqs.Queue;
}

/** The queue and its dead-letter queue; only the queue may redrive into it. */
export function createQueues(
  name: string,
  { queue: queueSettings, function: functionSettings, tags }: Settings,
  opts: pulumi.CustomResourceOptions,
): Queues {
  const deadLetters = new aws.sqs.Queue(
    `${name}-dead-letters`,
    {
      messageRetentionSeconds: queueSettings.deadLetterRetention,
      sqsManagedSseEnabled: true,
      tags,
    },
    opts,
  );
  const queue = new aws.sqs.Queue(
    `${name}-queue`,
    {
      visibilityTimeoutSeconds: visibilityTimeout(
        functionSettings.timeout,
        queueSettings.batchWindow,
      ),
      messageRetentionSeconds: queueSettings.retention,
      redrivePolicy: pulumi.jsonStringify({
        deadLetterTargetArn: deadLetters.arn,
        maxReceiveCount: queueSettings.maxReceiveCount,
      }),
      sqsManagedSseEnabled: true,
      tags,
    },
    opts,
  );
  new aws.sqs.RedriveAllowPolicy(
    `${name}-dead-letters-redrive`,
    {
      queueUrl: deadLetters.url,
      redriveAllowPolicy: pulumi.jsonStringify({
        redrivePermission: 'byQueue',
        sourceQueueArns: [queue.arn],
      }),
    },
    opts,
  );
  new aws.sqs.QueuePolicy(
    `${name}-dead-letters-policy`,
    {
      queueUrl: deadLetters.url,
      policy: deadLetters.arn.apply((arn) => policyDocument([denyPlainHttp('sqs', [arn])])),
    },
    opts,
  );
  return { queue, deadLetters };
}

/** Lets one bucket send to the queue, and nobody else who is not allowed by a policy of their own. */
export function createQueuePolicy(
  name: string,
  { queue, bucket }: { queue: aws.sqs.Queue; bucket: aws.s3.Bucket },
  opts: pulumi.CustomResourceOptions,
): aws.sqs.QueuePolicy {
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  return new aws.sqs.QueuePolicy(
    `${name}-queue-policy`,
    {
      queueUrl: queue.url,
      policy: pulumi
        .all([queue.arn, bucket.arn, accountId])
        .apply(([queueArn, bucketArn, account]) =>
          policyDocument([
            allowBucket(queueArn, bucketArn, account),
            denyPlainHttp('sqs', [queueArn]),
          ]),
        ),
    },
    opts,
  );
}

/**
 * Names the account too: bucket names are global, and a deleted bucket's name may come up again in another account.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 */
export function allowBucket(queueArn: string, bucketArn: string, account: string): Statement {
  return {
    Sid: 'AllowSourceBucket',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: ['sqs:SendMessage'],
    Resource: [queueArn],
    Condition: {
      ArnEquals: { 'aws:SourceArn': bucketArn },
      StringEquals: { 'aws:SourceAccount': account },
    },
  };
}
