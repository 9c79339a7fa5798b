import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import { policyDocument, type Statement } from './policy-document.ts';

/**
 * Lets the services that the pipeline is made of use the stack's key; a given key keeps its policy.
 *
 * @returns what has to be there before anything asks for the key: a log group, an event bus, a notification
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

/** What a key is for, as ARNs. */
export interface KeyUsers {
  readonly key: string;
  /** The pipeline's name: names of its log group and event bus begin with it. */
  readonly name: string;
  readonly source: string;
  /** Rules of EventBridge that send to the queue, in place of the bucket. */
  readonly rules: readonly string[];
  /** The distribution that reads the processed bucket, where there is one. */
  readonly distribution?: string | undefined;
  /** Whether the pipeline has an event bus of its own. */
  readonly eventBus: boolean;
}

/** Both are needed to send to an encrypted queue or topic (SQS developer guide, "Configuring AWS KMS permissions"). */
const SEND = ['kms:GenerateDataKey', 'kms:Decrypt'];

/**
 * The policy of the key that the stack makes. Its resource is always `*`: in a key's policy that is the key, and
 * nothing else can be written there. The function is not named: its role's own policy says what it may do.
 *
 * Every service has to come on behalf of a resource of this account (the confused deputy).
 */
export function keyStatements(users: KeyUsers): Statement[] {
  const { key, name, source, rules, distribution, eventBus } = users;
  const [, partition, , region, account] = key.split(':');
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const inAccount = { StringEquals: { 'aws:SourceAccount': account ?? '' } };
  return [
    {
      // Without it, no policy of IAM could allow anybody to use the key, or to change this policy ever again.
      Sid: 'LetAccountDecide',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: ['kms:*'],
      Resource: ['*'],
    },
    rules.length === 0
      ? allow('SourceBucketNotifies', 's3.amazonaws.com', SEND, {
          ArnEquals: { 'aws:SourceArn': source },
          ...inAccount,
        })
      : allow('RulesNotify', 'events.amazonaws.com', SEND, {
          ArnEquals: { 'aws:SourceArn': rules },
        }),
    // The log group asks for the key while it is made: its whole name is not known then. Action by action what the
    // CloudWatch Logs user guide, "Encrypt log data", lists with wildcards.
    allow(
      'EncryptLogs',
      `logs.${region}.amazonaws.com`,
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
    // The topic's policy names the alarms; whether CloudWatch tells KMS which alarm it is, AWS does not say.
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
