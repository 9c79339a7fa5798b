import { LONG_PREFIX, type Settings, sideFilesFrom } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import type { Queues } from '../queues.ts';
import type { Buckets } from '../storage/buckets.ts';
import { longestArn, policyDocument, PolicySizeError, type Statement } from './policy-document.ts';

/** ARNs of the resources that the function uses. */
export interface Arns {
  readonly source: string;
  readonly processed: string;
  readonly queue: string;
  readonly deadLetters: string;
  readonly logGroup: string;
  /** KMS key that encrypts buckets and queues, if any. */
  readonly key?: string | undefined;
  /** KMS key of an existing source bucket, if any. */
  readonly sourceKey?: string | undefined;
  /** Receives outcome events. */
  readonly eventBus?: string | undefined;
  /** Queue of the webhook's function. */
  readonly webhookQueue?: string | undefined;
}

export const lambdaMayAssume: Statement = {
  Sid: 'AllowLambda',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: ['sts:AssumeRole'],
};

export function readUploads({ source }: Arns, prefixes: readonly string[]): Statement {
  return allow('ReadUploads', ['s3:GetObject'], below(source, prefixes));
}

/** Allows exactly the objects that recipes name, such as a logo. */
export function readSideFiles({ source }: Arns, keys: readonly string[]): Statement {
  return allow(
    'ReadSideFiles',
    ['s3:GetObject'],
    keys.map((key) => `${source}/${key}`),
  );
}

/** `DeleteObject` with `If-Match` needs `s3:GetObject` too. */
export function writeOutputs({ processed }: Arns, prefixes: readonly string[]): Statement {
  return allow(
    'WriteOutputs',
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    below(processed, [...prefixes, LONG_PREFIX]),
  );
}

/**
 * Without this, S3 answers 403 instead of 404 for a missing object. A condition on `s3:prefix` would have the same
 * effect, because a GET request has no such condition key.
 */
export function tellMissing({ source, processed }: Arns): Statement {
  return allow('TellMissingAndList', ['s3:ListBucket'], [source, processed]);
}

/** For the event source mapping, which polls with the function's role. The function sets the delay of failed messages. */
export function pollQueue({ queue }: Pick<Arns, 'queue'>): Statement {
  return allow(
    'PollQueue',
    [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ChangeMessageVisibility',
    ],
    [queue],
  );
}

export function sendDeadLetters({ deadLetters }: Arns): Statement {
  return allow('SendDeadLetters', ['sqs:SendMessage'], [deadLetters]);
}

/** Does not allow to create a log group: the stack creates it. */
export function writeLogs({ logGroup }: Pick<Arns, 'logGroup'>): Statement {
  return allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`${logGroup}:*`]);
}

/** Reads need `Decrypt`. Writes need `GenerateDataKey`; multipart uploads and queues need both. */
export function useKey(key: string): Statement {
  return allow('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [key]);
}

export function decryptUploads(key: string): Statement {
  return allow('DecryptUploads', ['kms:Decrypt'], [key]);
}

export function tellOutcomes(eventBus: string): Statement {
  return allow('TellOutcomes', ['events:PutEvents'], [eventBus]);
}

export function tellWebhook(queue: string): Statement {
  return allow('TellWebhook', ['sqs:SendMessage'], [queue]);
}

/** Neither action supports resources (Service Authorization Reference, "AWS X-Ray"). */
export function sendTraces(): Statement {
  return allow('SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
}

/**
 * Lets Lambda manage the network interfaces of a function in a VPC. Lambda checks all of these actions without a resource
 * (AWSLambdaVPCAccessExecutionRole).
 */
export function manageInterfaces(): Statement {
  return allow('ManageInterfaces', INTERFACE_ACTIONS, ['*']);
}

const INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Lambda itself does not send this key, the function's code does (Lambda developer guide, "Attaching functions to a VPC"). */
export function denyInterfacesToCode({ queue }: Arns, name: string): Statement {
  const [, partition, , region, account] = queue.split(':');
  const functions = `arn:${partition}:lambda:${region}:${account}:function:${name}-resizer-*`;
  return {
    Sid: 'DenyInterfacesToCode',
    Effect: 'Deny',
    Action: INTERFACE_ACTIONS,
    Resource: ['*'],
    Condition: { ArnLike: { 'lambda:SourceFunctionArn': functions } },
  };
}

/**
 * The policy of the function's role.
 *
 * @param prefixes of the uploads' keys; the keys of outputs begin with those of their uploads
 * @param sideFiles keys of the objects in the source bucket that recipes name
 */
export function functionStatements(
  arns: Arns,
  {
    prefixes,
    sideFiles,
    tracing,
    vpcOf,
  }: {
    prefixes: readonly string[];
    sideFiles: readonly string[];
    tracing: boolean;
    /** Name of the pipeline whose function is in a VPC, if it is. */
    vpcOf?: string | undefined;
  },
): Statement[] {
  return [
    readUploads(arns, prefixes),
    ...(sideFiles.length > 0 ? [readSideFiles(arns, sideFiles)] : []),
    writeOutputs(arns, prefixes),
    tellMissing(arns),
    pollQueue(arns),
    sendDeadLetters(arns),
    writeLogs(arns),
    ...(arns.key === undefined ? [] : [useKey(arns.key)]),
    ...(arns.sourceKey === undefined ? [] : [decryptUploads(arns.sourceKey)]),
    ...(arns.eventBus === undefined ? [] : [tellOutcomes(arns.eventBus)]),
    ...(arns.webhookQueue === undefined ? [] : [tellWebhook(arns.webhookQueue)]),
    ...(tracing ? [sendTraces()] : []),
    ...(vpcOf === undefined ? [] : [manageInterfaces(), denyInterfacesToCode(arns, vpcOf)]),
  ];
}

/** Characters of all inline policies of a role, without white space (IAM user guide, "IAM and AWS STS quotas"). */
const MAX_INLINE_POLICY = 10_240;

/**
 * Counts the policy before the names of the resources are known.
 *
 * @throws PolicySizeError
 */
export function requirePolicySize(
  name: string,
  settings: Settings,
  contents: Parameters<typeof functionStatements>[1],
): void {
  const { source, encryption, events } = settings;
  const own = (part: string) => `${name}-${part}-0a1b2c3`;
  const key = longestArn('kms', `key/${'0'.repeat(36)}`);
  const arns: Arns = {
    source: `arn:aws:s3:::${source?.bucket ?? own('source')}`,
    processed: `arn:aws:s3:::${own('processed')}`,
    queue: longestArn('sqs', own('queue')),
    deadLetters: longestArn('sqs', own('dead-letters')),
    logGroup: longestArn('logs', `log-group:${own('logs')}`),
    ...(encryption.kms !== false && { key }),
    ...(source?.keyArn !== undefined && { sourceKey: source.keyArn }),
    ...(events && {
      eventBus: events.busArn ?? longestArn('events', `event-bus/${own('outcomes')}`),
    }),
    ...(events?.webhook && { webhookQueue: longestArn('sqs', own('webhook-queue')) }),
  };
  const { length } = policyDocument(functionStatements(arns, contents));
  if (length <= MAX_INLINE_POLICY) return;
  const number = new Intl.NumberFormat('en');
  throw new PolicySizeError(
    `recipes: the policy of the function's role has ${number.format(length)} characters, and IAM allows ` +
      `${number.format(MAX_INLINE_POLICY)}. It names ${contents.prefixes.length} prefixes twice. Let prefixes begin alike ` +
      'and cover several of them with one recipe, shorten them, or use several pipelines',
  );
}

export interface Permissions {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

export function createPermissions(
  name: string,
  {
    buckets,
    queues,
    logGroup,
    prefixes,
    encryption,
    eventBus,
    webhookQueue,
    settings,
  }: {
    buckets: Buckets;
    queues: Queues;
    logGroup: aws.cloudwatch.LogGroup;
    prefixes: readonly string[];
    encryption: Encryption;
    eventBus: pulumi.Output<string> | undefined;
    /** ARN of the queue of the webhook's function. */
    webhookQueue: pulumi.Output<string> | undefined;
    settings: Settings;
  },
  opts: pulumi.CustomResourceOptions,
): Permissions {
  const { recipes, tracing, tags, source, function: lambda } = settings;
  const sideFiles = sideFilesFrom('bucket', recipes);
  const contents = { prefixes, sideFiles, tracing, vpcOf: lambda.vpc && name };
  requirePolicySize(name, settings, contents);
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      assumeRolePolicy: policyDocument([lambdaMayAssume]),
      ...(lambda.permissionsBoundary !== undefined && {
        permissionsBoundary: lambda.permissionsBoundary,
      }),
      tags,
    },
    opts,
  );
  const arns = pulumi.output({
    source: buckets.source.arn,
    processed: buckets.processed.arn,
    queue: queues.queue.arn,
    deadLetters: queues.deadLetters.arn,
    logGroup: logGroup.arn,
    key: encryption.keyArn,
    sourceKey: source?.keyArn,
    eventBus,
    webhookQueue,
  });
  const policy = new aws.iam.RolePolicy(
    `${name}-role-policy`,
    {
      role: role.name,
      policy: arns.apply((values) => policyDocument(functionStatements(values, contents))),
    },
    opts,
  );
  return { role, policy };
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}

/** A filter's prefix contains no wildcard characters of policies. */
function below(bucketArn: string, prefixes: readonly string[]): string[] {
  return prefixes.map((prefix) => `${bucketArn}/${prefix}*`);
}
