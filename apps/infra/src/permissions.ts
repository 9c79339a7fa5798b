import { LONG_PREFIX, type Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Buckets } from './buckets.ts';
import { policyDocument, type Statement } from './policy.ts';
import type { Queues } from './queues.ts';

/** What the function works with, as ARNs. */
export interface Arns {
  readonly source: string;
  readonly processed: string;
  readonly queue: string;
  readonly deadLetters: string;
  readonly logGroup: string;
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

/** The event source mapping polls in the name of the function's role. */
export function pollQueue({ queue }: Arns): Statement {
  return allow(
    'PollQueue',
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
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

/** Neither action knows resources (Service Authorization Reference, "AWS X-Ray"). */
export function sendTraces(): Statement {
  return allow('SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
}

/**
 * All that the function may do.
 *
 * @param prefixes of the uploads; outputs stand below the keys of their uploads
 */
export function functionStatements(
  arns: Arns,
  { prefixes, tracing }: { prefixes: readonly string[]; tracing: boolean },
): Statement[] {
  return [
    readUploads(arns, prefixes),
    writeOutputs(arns, prefixes),
    tellMissing(arns),
    pollQueue(arns),
    sendDeadLetters(arns),
    writeLogs(arns),
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
    settings: { tracing, tags },
  }: {
    buckets: Buckets;
    queues: Queues;
    logGroup: aws.cloudwatch.LogGroup;
    prefixes: readonly string[];
    settings: Settings;
  },
  opts: pulumi.CustomResourceOptions,
): Permissions {
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
  });
  const policy = new aws.iam.RolePolicy(
    `${name}-role-policy`,
    {
      role: role.name,
      policy: arns.apply((values) =>
        policyDocument(functionStatements(values, { prefixes, tracing })),
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
