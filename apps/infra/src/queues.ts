import { type Settings, visibilityTimeout } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from './encryption.ts';
import {
  denyPlainHttp,
  longestArn,
  policyDocument,
  PolicySizeError,
  type Statement,
} from './permissions/policy-document.ts';
import type { SourceBucket } from './storage/existing-bucket.ts';

export interface Queues {
  /** Messages with changed keys, for the function. */
  readonly queue: aws.sqs.Queue;
  /** Messages for an operator: those that failed `maxReceiveCount` times, and those that can never succeed. */
  readonly deadLetters: aws.sqs.Queue;
}

/** Creates the queue and its dead-letter queue, which accepts dead letters of this queue only. */
export function createQueues(
  name: string,
  { settings, encryption }: { settings: Settings; encryption: Encryption },
  opts: pulumi.CustomResourceOptions,
): Queues {
  const { queue: queueSettings, function: functionSettings, tags } = settings;
  const encrypted = encryptedWith(encryption);
  const deadLetters = new aws.sqs.Queue(
    `${name}-dead-letters`,
    {
      messageRetentionSeconds: queueSettings.deadLetterRetention,
      ...encrypted,
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
      ...encrypted,
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
  return { queue, deadLetters };
}

/** Minutes for which SQS reuses a data key of KMS: the default of SQS. */
const DATA_KEY_MINUTES = 5;

export function encryptedWith({ keyArn }: Encryption) {
  return keyArn
    ? { kmsMasterKeyId: keyArn, kmsDataKeyReusePeriodSeconds: DATA_KEY_MINUTES * 60 }
    : { sqsManagedSseEnabled: true };
}

/** The senders that the queues' own policies allow. The function's role has a policy of its own. */
export interface Senders {
  /** Sends its notifications to the queue. */
  readonly bucket: SourceBucket;
  /** EventBridge rules that send instead of the bucket. Events that they cannot deliver go to the dead letters. */
  readonly rules: readonly aws.cloudwatch.EventRule[];
}

/** Characters of a queue's policy (SQS developer guide, "Amazon SQS policy quotas"). */
const MAX_QUEUE_POLICY = 8192;

/** Counts the policy before the names of the resources are known. @throws PolicySizeError */
function requirePolicySize(name: string, ruleCount: number): void {
  const queue = longestArn('sqs', `${name}-dead-letters-0a1b2c3`);
  const rules = Array.from({ length: ruleCount }, (_, index) =>
    longestArn('events', `rule/${name}-uploads-${index}-0a1b2c3`),
  );
  const { length } = policyDocument([allowRules(queue, rules), denyPlainHttp('sqs', [queue])]);
  if (length <= MAX_QUEUE_POLICY) return;
  throw new PolicySizeError(
    `recipes: their matches need ${ruleCount} EventBridge rules, whose ARNs make a queue policy of ${length} characters; ` +
      `SQS allows ${MAX_QUEUE_POLICY}. Give the recipes fewer or shorter suffixes, or prefixes that begin alike`,
  );
}

/** @throws PolicySizeError */
export function createQueuePolicies(
  name: string,
  { queue, deadLetters }: Queues,
  { bucket, rules }: Senders,
  opts: pulumi.CustomResourceOptions,
): aws.sqs.QueuePolicy[] {
  requirePolicySize(name, rules.length);
  const ruleArns = pulumi.all(rules.map(({ arn }) => arn));
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  const policyOf = (of: string, { url, arn }: aws.sqs.Queue, senders: pulumi.Output<Statement[]>) =>
    new aws.sqs.QueuePolicy(
      `${name}-${of}-policy`,
      {
        queueUrl: url,
        policy: pulumi
          .all([arn, senders])
          .apply(([queueArn, statements]) =>
            policyDocument([...statements, denyPlainHttp('sqs', [queueArn])]),
          ),
      },
      opts,
    );
  return [
    policyOf(
      'queue',
      queue,
      pulumi
        .all([queue.arn, bucket.arn, accountId, ruleArns])
        .apply(([queueArn, bucketArn, account, arns]) =>
          rules.length > 0
            ? [allowRules(queueArn, arns)]
            : [allowBucket(queueArn, bucketArn, account)],
        ),
    ),
    policyOf(
      'dead-letters',
      deadLetters,
      pulumi
        .all([deadLetters.arn, ruleArns])
        .apply(([queueArn, arns]) => (rules.length > 0 ? [allowRules(queueArn, arns)] : [])),
    ),
  ];
}

/**
 * The condition also names the account: bucket names are global, and another account can reuse the name of a deleted
 * bucket.
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

/** A rule's ARN contains the account (EventBridge user guide, "Using resource-based policies", Amazon SQS). */
export function allowRules(queueArn: string, ruleArns: readonly string[]): Statement {
  return {
    Sid: 'AllowRules',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: ['sqs:SendMessage'],
    Resource: [queueArn],
    Condition: { ArnEquals: { 'aws:SourceArn': ruleArns } },
  };
}
