import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import { partitionOf } from '../partition.ts';
import { policyDocument, type Statement } from './policy-document.ts';

/**
 * Lets the pipeline's services use the key that the stack creates. The policy of a given key does not change.
 *
 * @returns resources that must exist before a log group, an event bus or a notification uses the key
 */
export function createKeyPolicy(
  name: string,
  {
    settings,
    encryption: { keyArn, ownKeyId },
    source,
    rules,
    distribution,
  }: {
    settings: Settings;
    encryption: Encryption;
    source: { readonly arn: pulumi.Output<string> };
    rules: readonly aws.cloudwatch.EventRule[];
    distribution?: aws.cloudfront.Distribution | undefined;
  },
  opts: pulumi.CustomResourceOptions,
): aws.kms.KeyPolicy[] {
  if (!keyArn || !ownKeyId) return [];
  const { protect } = settings.storage;
  const policy = pulumi
    .output({
      key: keyArn,
      source: source.arn,
      rules: rules.map(({ arn }) => arn),
      distribution: distribution?.arn,
    })
    .apply((users) =>
      policyDocument(
        keyStatements({
          ...users,
          name,
          eventBus: settings.events !== undefined && settings.events.busArn === undefined,
        }),
      ),
    );
  return [
    new aws.kms.KeyPolicy(
      `${name}-key-policy`,
      { keyId: ownKeyId, policy },
      { ...opts, protect, retainOnDelete: protect },
    ),
  ];
}

/** The users of a key, as ARNs. */
export interface KeyUsers {
  readonly key: string;
  /** The pipeline's name. The names of its log group and event bus begin with it. */
  readonly name: string;
  readonly source: string;
  /** EventBridge rules that send to the queue instead of the bucket. */
  readonly rules: readonly string[];
  /** The distribution that reads the processed bucket, if any. */
  readonly distribution?: string | undefined;
  /** Whether the pipeline creates an event bus. */
  readonly eventBus: boolean;
}

/** Sending to an encrypted queue or topic needs both (SQS developer guide, "Configuring AWS KMS permissions"). */
const SEND = ['kms:GenerateDataKey', 'kms:Decrypt'];

/**
 * The policy of the key that the stack creates. `*` is the only resource that a key policy accepts, and means the key.
 * The policy does not name the function, because the policy of its role allows its actions.
 *
 * Every service must act on behalf of a resource of this account (the confused deputy problem).
 */
export function keyStatements(users: KeyUsers): Statement[] {
  const { key, name, source, rules, distribution, eventBus } = users;
  const [, partition, , region, account] = key.split(':');
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const inAccount = { StringEquals: { 'aws:SourceAccount': account ?? '' } };
  return [
    {
      // Without it, no IAM policy could allow the use of the key, and the key policy could never change again.
      Sid: 'LetAccountDecide',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: ['kms:*'],
      Resource: ['*'],
    },
    ...(rules.length === 0
      ? [
          allow('SourceBucketNotifies', 's3.amazonaws.com', SEND, {
            ArnEquals: { 'aws:SourceArn': source },
            ...inAccount,
          }),
        ]
      : [
          // AWS does not document which of the two EventBridge passes to KMS for a queue. Each is enough: if the only
          // condition did not match, all events would be lost without an error.
          allow('RulesNotify', 'events.amazonaws.com', SEND, {
            ArnEquals: { 'aws:SourceArn': rules },
          }),
          allow('RulesNotifyInAccount', 'events.amazonaws.com', SEND, inAccount),
        ]),
    // CloudWatch Logs uses the key while it creates the log group, when its full name is unknown. The CloudWatch Logs
    // user guide, "Encrypt log data", lists these actions with wildcards.
    allow(
      'EncryptLogs',
      `logs.${region}.${partitionOf(region ?? '').dnsSuffix}`,
      [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:DescribeKey',
      ],
      {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn('logs', `log-group:${name}-logs-*`) },
      },
    ),
    // Limited to the account: AWS does not document whether CloudWatch passes the alarm's ARN to KMS.
    allow('AlarmsNotify', 'cloudwatch.amazonaws.com', SEND, inAccount),
    ...(distribution === undefined
      ? []
      : [
          allow('DeliverOutputs', 'cloudfront.amazonaws.com', ['kms:Decrypt'], {
            ArnEquals: { 'aws:SourceArn': distribution },
          }),
        ]),
    ...(eventBus
      ? [
          allow(
            'EncryptEvents',
            'events.amazonaws.com',
            ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt'],
            {
              ArnLike: { 'aws:SourceArn': arn('events', `event-bus/${name}-outcomes-*`) },
              ...inAccount,
            },
          ),
        ]
      : []),
  ];
}

function allow(
  Sid: string,
  service: string,
  Action: readonly string[],
  Condition: NonNullable<Statement['Condition']>,
): Statement {
  return {
    Sid,
    Effect: 'Allow',
    Principal: { Service: service },
    Action,
    Resource: ['*'],
    Condition,
  };
}
