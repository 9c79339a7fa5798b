import { RULES, violations } from '../index.ts';
import { type Resource, Stack } from '../stack.ts';

/** Type tokens as Pulumi's AWS provider builds them. */
const typeOf = (service: string, name: string) =>
  `aws:${service}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;

export const TYPES = {
  BUCKET: typeOf('s3', 'Bucket'),
  PUBLIC_ACCESS_BLOCK: typeOf('s3', 'BucketPublicAccessBlock'),
  OWNERSHIP: typeOf('s3', 'BucketOwnershipControls'),
  BUCKET_ENCRYPTION: typeOf('s3', 'BucketServerSideEncryptionConfiguration'),
  BUCKET_POLICY: typeOf('s3', 'BucketPolicy'),
  BUCKET_LIFECYCLE: typeOf('s3', 'BucketLifecycleConfiguration'),
  BUCKET_ACL: typeOf('s3', 'BucketAcl'),
  QUEUE: typeOf('sqs', 'Queue'),
  QUEUE_POLICY: typeOf('sqs', 'QueuePolicy'),
  TOPIC: typeOf('sns', 'Topic'),
  TOPIC_POLICY: typeOf('sns', 'TopicPolicy'),
  KEY: typeOf('kms', 'Key'),
  KEY_POLICY: typeOf('kms', 'KeyPolicy'),
  FUNCTION: typeOf('lambda', 'Function'),
  EVENT_SOURCE_MAPPING: typeOf('lambda', 'EventSourceMapping'),
  ROLE: typeOf('iam', 'Role'),
  ROLE_POLICY: typeOf('iam', 'RolePolicy'),
  IAM_POLICY: typeOf('iam', 'Policy'),
  LOG_GROUP: typeOf('cloudwatch', 'LogGroup'),
  METRIC_ALARM: typeOf('cloudwatch', 'MetricAlarm'),
  COMPOSITE_ALARM: typeOf('cloudwatch', 'CompositeAlarm'),
  EVENT_BUS: typeOf('cloudwatch', 'EventBus'),
  CLOUDFRONT_FUNCTION: typeOf('cloudfront', 'Function'),
  EVENT_RULE: typeOf('cloudwatch', 'EventRule'),
  DISTRIBUTION: typeOf('cloudfront', 'Distribution'),
};

const ACCOUNT = '123456789012';
const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-1:${ACCOUNT}:${name}`;
const tags = { 'darkroom:stack': 'prod', 'darkroom:pipeline': 'photos' };
const keyArn = arn('kms', 'key/1');

export const policy = (...Statement: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement });
export const tls = (action: string, ...Resource: string[]) => ({
  ...{ Effect: 'Deny', Principal: '*', Action: [action], Resource },
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/** The policy that AWS gives a topic. It holds until a TopicPolicy replaces it (SNS API reference, GetTopicAttributes). */
export function topicDefaultPolicy(topicArn: string, account: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          ...['SNS:GetTopicAttributes', 'SNS:SetTopicAttributes', 'SNS:AddPermission'],
          ...['SNS:RemovePermission', 'SNS:DeleteTopic', 'SNS:Subscribe'],
          ...['SNS:ListSubscriptionsByTopic', 'SNS:Publish'],
        ],
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });
}

function resource(type: string, name: string, properties: object, protect = false): Resource {
  return {
    id: `${type} ${name}`,
    type,
    name,
    properties: { ...properties },
    protect,
    retainOnDelete: protect,
  };
}

/** A small stack that keeps every rule. */
export function soundStack(): Resource[] {
  const queueArn = arn('sqs', 'queue');
  return [
    resource(
      TYPES.BUCKET,
      'source',
      { bucket: 'source', arn: 'arn:aws:s3:::source', forceDestroy: false, tags },
      true,
    ),
    resource(
      TYPES.PUBLIC_ACCESS_BLOCK,
      'access',
      {
        bucket: 'source',
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      true,
    ),
    resource(
      TYPES.OWNERSHIP,
      'ownership',
      { bucket: 'source', rule: { objectOwnership: 'BucketOwnerEnforced' } },
      true,
    ),
    resource(
      TYPES.BUCKET_ENCRYPTION,
      'encryption',
      {
        bucket: 'source',
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
          },
        ],
      },
      true,
    ),
    resource(
      TYPES.BUCKET_POLICY,
      'bucket-policy',
      {
        bucket: 'source',
        policy: policy(tls('s3:*', 'arn:aws:s3:::source', 'arn:aws:s3:::source/*')),
      },
      true,
    ),
    resource(TYPES.QUEUE, 'queue', {
      name: 'queue',
      url: 'https://sqs/queue',
      arn: queueArn,
      visibilityTimeoutSeconds: 365,
      messageRetentionSeconds: 345_600,
      kmsMasterKeyId: keyArn,
      redrivePolicy: JSON.stringify({
        deadLetterTargetArn: arn('sqs', 'letters'),
        maxReceiveCount: 5,
      }),
      tags,
    }),
    resource(TYPES.QUEUE_POLICY, 'queue-policy', {
      queueUrl: 'https://sqs/queue',
      policy: policy(tls('sqs:*', queueArn), {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::source' } },
      }),
    }),
    resource(TYPES.QUEUE, 'letters', {
      name: 'letters',
      url: 'https://sqs/letters',
      arn: arn('sqs', 'letters'),
      messageRetentionSeconds: 1_209_600,
      kmsMasterKeyId: keyArn,
      tags,
    }),
    resource(TYPES.QUEUE_POLICY, 'letters-policy', {
      queueUrl: 'https://sqs/letters',
      policy: policy(tls('sqs:*', arn('sqs', 'letters'))),
    }),
    resource(TYPES.FUNCTION, 'resizer', {
      name: 'resizer',
      arn: arn('lambda', 'function:resizer'),
      timeout: 60,
      kmsKeyArn: keyArn,
      reservedConcurrentExecutions: 10,
      environment: { variables: { A: 'b' } },
      loggingConfig: { logGroup: 'logs' },
      tags,
    }),
    resource(TYPES.EVENT_SOURCE_MAPPING, 'trigger', {
      eventSourceArn: queueArn,
      functionName: arn('lambda', 'function:resizer'),
      maximumBatchingWindowInSeconds: 5,
      scalingConfig: { maximumConcurrency: 10 },
      tags,
    }),
    resource(TYPES.LOG_GROUP, 'logs', {
      name: 'logs',
      retentionInDays: 30,
      kmsKeyId: keyArn,
      tags,
    }),
    resource(TYPES.ROLE, 'role', {
      name: 'role',
      assumeRolePolicy: policy({
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
      tags,
    }),
    resource(TYPES.ROLE_POLICY, 'role-policy', {
      role: 'role',
      policy: policy(
        { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::source/uploads/*'] },
        { Effect: 'Allow', Action: ['xray:PutTraceSegments'], Resource: '*' },
      ),
    }),
    resource(TYPES.TOPIC, 'alarms', {
      arn: arn('sns', 'alarms'),
      kmsMasterKeyId: keyArn,
      policy: topicDefaultPolicy(arn('sns', 'alarms'), ACCOUNT),
      tags,
    }),
    resource(TYPES.TOPIC_POLICY, 'alarms-policy', {
      arn: arn('sns', 'alarms'),
      policy: policy(tls('sns:Publish', arn('sns', 'alarms')), {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: arn('sns', 'alarms'),
        Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      }),
    }),
    resource(TYPES.METRIC_ALARM, 'alarm', {
      alarmActions: [arn('sns', 'alarms')],
      alarmDescription: 'Letters wait. What to do: docs/runbook.md#dead-letters',
      tags,
    }),
    resource(TYPES.KEY, 'key', { keyId: '1', arn: keyArn, tags }, true),
    resource(
      TYPES.KEY_POLICY,
      'key-policy',
      {
        keyId: '1',
        policy: policy({
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          Action: 'kms:*',
          Resource: '*',
        }),
      },
      true,
    ),
  ];
}

/** The same with some properties or options of one resource changed. */
export function changed(
  name: string,
  properties: object,
  options: Partial<Resource> = {},
): Resource[] {
  return soundStack().map((one) =>
    one.name === name
      ? { ...one, ...options, properties: { ...one.properties, ...properties } }
      : one,
  );
}

export function without(name: string): Resource[] {
  return soundStack().filter((one) => one.name !== name);
}

/** What the stack breaks, as `RULE: RESOURCE`. */
export const broken = (resources: readonly Resource[]) =>
  violations(RULES, new Stack(resources)).map(({ rule, name }) => `${rule}: ${name}`);

/** A queue's policy that lets a caller send. */
export const letIn = (Principal: unknown, more: object = {}) =>
  policy(
    {
      Effect: 'Allow',
      Principal,
      Action: 'sqs:SendMessage',
      Resource: 'arn:aws:sqs:eu-central-1:123456789012:queue',
      ...more,
    },
    tls('sqs:*'),
  );
