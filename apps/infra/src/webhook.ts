import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  formatWebhookEnvironment,
  formatWebhookReceiver,
  type Settings,
  WEBHOOK,
  WEBHOOK_ATTEMPTS,
  type WebhookReceiver,
} from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Encryption } from './encryption.ts';
import { denyPlainHttp, policyDocument, type Statement } from './permissions/policy-document.ts';
import { lambdaMayAssume, pollQueue, useKey, writeLogs } from './permissions/function-role.ts';
import { encryptedWith } from './queues.ts';

/** What the rest of the pipeline uses of the webhook. */
export interface Webhook {
  /** Events, for the webhook's function. The resizer sends to it. */
  readonly queue: aws.sqs.Queue;
  /** Events that the receiver never accepted. */
  readonly deadLetters: aws.sqs.Queue;
}

interface Parts {
  readonly settings: Settings;
  readonly encryption: Encryption;
  /** Folder of the built package. */
  readonly packageDir: string;
}

/**
 * The webhook of `events.webhook`: a function of its own with its queue, because a receiver that is slow or down must not
 * delay uploads.
 *
 * @param opts must depend on the key's policy, because the log group uses the key
 * @throws pulumi.RunError if the URL is one of a local run
 */
export function createWebhook(
  name: string,
  parts: Parts,
  opts: pulumi.CustomResourceOptions,
): Webhook | undefined {
  const { webhook } = parts.settings.events ?? {};
  if (!webhook) return undefined;
  requireReachable(webhook);
  const queues = createQueues(name, parts, opts);
  createSender(name, { ...parts, webhook, queues }, opts);
  return queues;
}

function requireReachable({ url }: WebhookReceiver): void {
  // Only the local stack sets it.
  const isLocal = new pulumi.Config('darkroom').get('packageTarget') !== undefined;
  if (isLocal || url.startsWith('https:')) return;
  throw new pulumi.RunError(
    'events.webhook.url: http:// is for a local run only, because Lambda does not reach this machine. Use an https:// URL',
  );
}

function createQueues(
  name: string,
  { settings: { tags }, encryption }: Parts,
  opts: pulumi.CustomResourceOptions,
): Webhook {
  const common = { ...encryptedWith(encryption), tags };
  const deadLetters = new aws.sqs.Queue(
    `${name}-webhook-dead-letters`,
    { messageRetentionSeconds: WEBHOOK.deadLetterRetention, ...common },
    opts,
  );
  const queue = new aws.sqs.Queue(
    `${name}-webhook-queue`,
    {
      // Lambda developer guide, "Using Lambda with Amazon SQS": six times the function's timeout.
      visibilityTimeoutSeconds: 6 * WEBHOOK.timeout,
      messageRetentionSeconds: WEBHOOK.retention,
      redrivePolicy: pulumi.jsonStringify({
        deadLetterTargetArn: deadLetters.arn,
        maxReceiveCount: WEBHOOK_ATTEMPTS,
      }),
      ...common,
    },
    opts,
  );
  new aws.sqs.RedriveAllowPolicy(
    `${name}-webhook-dead-letters-redrive`,
    {
      queueUrl: deadLetters.url,
      redriveAllowPolicy: pulumi.jsonStringify({
        redrivePermission: 'byQueue',
        sourceQueueArns: [queue.arn],
      }),
    },
    opts,
  );
  for (const [of, { url, arn }] of [
    ['queue', queue],
    ['dead-letters', deadLetters],
  ] as const)
    new aws.sqs.QueuePolicy(
      `${name}-webhook-${of}-policy`,
      {
        queueUrl: url,
        policy: arn.apply((queueArn) => policyDocument([denyPlainHttp('sqs', [queueArn])])),
      },
      opts,
    );
  return { queue, deadLetters };
}

function createSender(
  name: string,
  {
    settings,
    encryption,
    packageDir,
    webhook,
    queues: { queue },
  }: Parts & { readonly webhook: WebhookReceiver; readonly queues: Webhook },
  opts: pulumi.CustomResourceOptions,
): void {
  const { tags, logs, function: lambda } = settings;
  const receiver = new aws.ssm.Parameter(
    `${name}-webhook-receiver`,
    {
      type: 'SecureString',
      description: 'URL and secret of the webhook',
      value: pulumi.secret(formatWebhookReceiver(webhook)),
      ...(encryption.keyArn && { keyId: encryption.keyArn }),
      tags,
    },
    opts,
  );
  // The key's policy admits log groups whose names begin like the first one.
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-logs-webhook`,
    {
      retentionInDays: logs.retentionDays,
      ...(encryption.keyArn && { kmsKeyId: encryption.keyArn }),
      tags,
    },
    opts,
  );
  const role = new aws.iam.Role(
    `${name}-webhook-role`,
    {
      assumeRolePolicy: policyDocument([lambdaMayAssume]),
      ...(lambda.permissionsBoundary !== undefined && {
        permissionsBoundary: lambda.permissionsBoundary,
      }),
      tags,
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-webhook-role-policy`,
    {
      role: role.name,
      policy: pulumi
        .output({
          queue: queue.arn,
          logGroup: logGroup.arn,
          receiver: receiver.arn,
          key: encryption.keyArn,
        })
        .apply((arns) => policyDocument(senderStatements(arns))),
    },
    opts,
  );
  const handler = new aws.lambda.Function(
    `${name}-webhook-sender`,
    {
      description: 'Sends outcome events to the webhook',
      role: role.arn,
      code: senderPackage(packageDir),
      handler: 'webhook.handler',
      runtime: 'nodejs24.x',
      architectures: [lambda.architecture],
      memorySize: WEBHOOK.memory,
      timeout: WEBHOOK.timeout,
      environment: {
        variables: pulumi
          .all([queue.url, receiver.name, receiver.version])
          .apply(([queueUrl, parameter, version]) =>
            formatWebhookEnvironment(logs.level, { queueUrl, receiver: `${parameter}:${version}` }),
          ),
      },
      ...(encryption.keyArn && { kmsKeyArn: encryption.keyArn }),
      loggingConfig: { logFormat: 'Text', logGroup: logGroup.name },
      tags,
    },
    { ...opts, dependsOn: policy },
  );
  new aws.lambda.EventSourceMapping(
    `${name}-webhook-trigger`,
    {
      eventSourceArn: queue.arn,
      functionName: handler.arn,
      batchSize: WEBHOOK.batchSize,
      scalingConfig: { maximumConcurrency: WEBHOOK.maximumConcurrency },
      functionResponseTypes: ['ReportBatchItemFailures'],
      tags,
    },
    opts,
  );
}

/** The policy of the sender's role. It reaches no bucket. */
export function senderStatements({
  queue,
  logGroup,
  receiver,
  key,
}: {
  readonly queue: string;
  readonly logGroup: string;
  readonly receiver: string;
  readonly key?: string | undefined;
}): Statement[] {
  return [
    pollQueue({ queue }),
    {
      Sid: 'ReadReceiver',
      Effect: 'Allow',
      Action: ['ssm:GetParameter'],
      Resource: [receiver],
    },
    writeLogs({ logGroup }),
    ...(key === undefined ? [] : [useKey(key)]),
  ];
}

/** The sender's part of the function's package: its bundle, without the native files. */
function senderPackage(packageDir: string): pulumi.asset.Archive {
  const inPackage = (file: string) => path.join(packageDir, file);
  const map = 'webhook.mjs.map';
  return new pulumi.asset.AssetArchive({
    'webhook.mjs': new pulumi.asset.FileAsset(inPackage('webhook.mjs')),
    // A bundle of one file has no chunks, and the command line's package has no maps.
    ...(existsSync(inPackage(map)) && { [map]: new pulumi.asset.FileAsset(inPackage(map)) }),
    ...(existsSync(inPackage('chunks')) && {
      chunks: new pulumi.asset.FileArchive(inPackage('chunks')),
    }),
  });
}
