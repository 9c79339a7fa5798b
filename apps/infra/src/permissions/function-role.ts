import { LONG_PREFIX, type Settings, sideFilesFrom } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import type { Queues } from '../queues.ts';
import type { Buckets } from '../storage/buckets.ts';
import { policyDocument, type Statement } from './policy-document.ts';

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
}

const lambdaMayAssume: Statement = {
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
export function pollQueue({ queue }: Arns): Statement {
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
export function writeLogs({ logGroup }: Arns): Statement {
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

/** Neither action supports resources (Service Authorization Reference, "AWS X-Ray"). */
export function sendTraces(): Statement {
  return allow('SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
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
  }: { prefixes: readonly string[]; sideFiles: readonly string[]; tracing: boolean },
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
    ...(tracing ? [sendTraces()] : []),
  ];
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
    settings: { recipes, tracing, tags, source },
  }: {
    buckets: Buckets;
    queues: Queues;
    logGroup: aws.cloudwatch.LogGroup;
    prefixes: readonly string[];
    encryption: Encryption;
    eventBus: pulumi.Output<string> | undefined;
    settings: Settings;
  },
  opts: pulumi.CustomResourceOptions,
): Permissions {
  const sideFiles = sideFilesFrom('bucket', recipes);
  const role = new aws.iam.Role(
    `${name}-role`,
    { assumeRolePolicy: policyDocument([lambdaMayAssume]), tags },
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
  });
  const policy = new aws.iam.RolePolicy(
    `${name}-role-policy`,
    {
      role: role.name,
      policy: arns.apply((values) =>
        policyDocument(functionStatements(values, { prefixes, sideFiles, tracing })),
      ),
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
