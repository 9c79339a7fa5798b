import { LONG_PREFIX, type Settings, sideFilesFrom } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from '../encryption.ts';
import type { Queues } from '../queues.ts';
import type { Buckets } from '../storage/buckets.ts';
import { policyDocument, type Statement } from './policy-document.ts';

/** What the function works with, as ARNs. */
export interface Arns {
  readonly source: string;
  readonly processed: string;
  readonly queue: string;
  readonly deadLetters: string;
  readonly logGroup: string;
  /** Key that encrypts buckets and queues, where the account has one for it. */
  readonly key?: string | undefined;
  /** Key that an existing source bucket is encrypted with. */
  readonly sourceKey?: string | undefined;
  /** Is told outcomes. */
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

/** Exactly the objects that recipes name, such as a logo. */
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
 * Without this, S3 answers 403 instead of 404 for an object that is not there. A condition on `s3:prefix` would take
 * that away again: a GET has no such key.
 */
export function tellMissing({ source, processed }: Arns): Statement {
  return allow('TellMissingAndList', ['s3:ListBucket'], [source, processed]);
}

/** The event source mapping polls in the name of the function's role; the function says when what failed comes back. */
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

/** The log group is there already: creating one is not allowed. */
export function writeLogs({ logGroup }: Arns): Statement {
  return allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`${logGroup}:*`]);
}

/** To read is to decrypt; to write, to an encrypted queue too, takes a data key (and, for parts of it, to decrypt). */
export function useKey(key: string): Statement {
  return allow('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [key]);
}

export function decryptUploads(key: string): Statement {
  return allow('DecryptUploads', ['kms:Decrypt'], [key]);
}

export function tellOutcomes(eventBus: string): Statement {
  return allow('TellOutcomes', ['events:PutEvents'], [eventBus]);
}

/** Neither action knows resources (Service Authorization Reference, "AWS X-Ray"). */
export function sendTraces(): Statement {
  return allow('SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
}

/**
 * All that the function may do.
 *
 * @param prefixes of the uploads; outputs stand below the keys of their uploads
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

/** Filters' prefixes hold no character that a policy would take for a wildcard. */
function below(bucketArn: string, prefixes: readonly string[]): string[] {
  return prefixes.map((prefix) => `${bucketArn}/${prefix}*`);
}
