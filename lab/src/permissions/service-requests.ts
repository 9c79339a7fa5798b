import { keyUse, readingUses, receivingUses, sendingUses } from './encryption.ts';
import { arnOf, valuesAt, type Graph, type GraphResource } from './graph.ts';
import type { IamRequest } from './iam-request.ts';

type Rule = (graph: Graph) => IamRequest[];

/**
 * Requests of AWS services, derived from the deployed resources, since the services do not run here. Each has the shape
 * that the documentation of the service describes.
 *
 * @param principal the function's session
 * @param delivered files that viewers request, each below a key
 */
export function serviceRequests(
  graph: Graph,
  principal: string,
  delivered: readonly string[] = [],
): IamRequest[] {
  return [
    assumeRoles,
    bucketNotifications,
    eventRules,
    encryptedBuses,
    alarms,
    (all: Graph) => deliveries(all, delivered),
    encryptedLogs,
    (all: Graph) => polling(all, principal),
    (all: Graph) => logging(all, principal),
    (all: Graph) => tracing(all, principal),
    (all: Graph) => encryptedVariables(all, principal),
  ].flatMap((rule: Rule) => rule(graph));
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

/** Of the resource that has to trust the service: the caller says for which account and resource it works. */
function sourceOf(sourceArn: string, account: string): Record<string, string> {
  return { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': account };
}

/** Lambda developer guide, "Defining Lambda function permissions with an execution role". */
function assumeRoles(graph: Graph): IamRequest[] {
  return graph.ofType('lambda/Function').map((handler) => ({
    principal: 'lambda.amazonaws.com',
    action: 'sts:AssumeRole',
    resource: String(handler.inputs['role']),
    context: sourceOf(arnOf(handler), accountOf(arnOf(handler))),
    because: `Lambda runs ${handler.name}`,
  }));
}

/** Amazon S3 user guide, "Granting permissions to publish event notification messages to a destination". */
function bucketNotifications(graph: Graph): IamRequest[] {
  return graph.ofType('BucketNotification').flatMap(({ name, inputs }) =>
    valuesAt(inputs, 'queues', 'queueArn').flatMap((queueArn) => {
      const account = accountOf(String(queueArn));
      const context = sourceOf(`arn:aws:s3:::${String(inputs['bucket'])}`, account);
      return toQueue(graph, queueArn, 's3.amazonaws.com', context, `S3 notifies by ${name}`);
    }),
  );
}

/** EventBridge user guide, "Using resource-based policies", Amazon SQS: of the rule alone. */
function eventRules(graph: Graph): IamRequest[] {
  return graph.ofType('EventTarget').flatMap(({ name, inputs }) => {
    const rule = graph.require('EventRule', inputs['rule']);
    const queues = [inputs['arn'], ...valuesAt(inputs, 'deadLetterConfig', 'arn')];
    const context = { 'aws:SourceArn': arnOf(rule) };
    const because = `EventBridge delivers by ${name}`;
    // It is not documented whether EventBridge passes the rule or only the account to KMS.
    const byAccount = { 'aws:SourceAccount': accountOf(arnOf(rule)) };
    return queues.flatMap((queue) => [
      ...toQueue(graph, queue, 'events.amazonaws.com', context, because),
      ...toQueue(
        graph,
        queue,
        'events.amazonaws.com',
        byAccount,
        `With its account only: ${name}`,
      ).filter(({ action }) => action.startsWith('kms:')),
    ]);
  });
}

/** EventBridge user guide, "Encrypting event buses with AWS KMS keys". */
function encryptedBuses(graph: Graph): IamRequest[] {
  return graph.ofType('EventBus').flatMap((bus) => {
    const actions = ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt'];
    return keyUse(graph, bus.inputs['kmsKeyIdentifier'], actions).map((use) => ({
      ...use,
      principal: 'events.amazonaws.com',
      context: sourceOf(arnOf(bus), accountOf(arnOf(bus))),
      because: `EventBridge encrypts ${bus.name}`,
    }));
  });
}

function toQueue(
  graph: Graph,
  queueArn: unknown,
  principal: string,
  context: Readonly<Record<string, string>>,
  because: string,
): IamRequest[] {
  const queue = graph.require('sqs/Queue', queueArn);
  return [
    { principal, action: 'sqs:SendMessage', resource: arnOf(queue), context, because },
    // A service uses a key in its own name, not through SQS.
    ...sendingUses(graph, queue).map((use) => ({ ...use, principal, context, because })),
  ];
}

/** CloudWatch user guide, "Amazon SNS" as an alarm's action; SNS developer guide, "Encryption at rest", "event sources". */
function alarms(graph: Graph): IamRequest[] {
  const principal = 'cloudwatch.amazonaws.com';
  return graph
    .ofType('MetricAlarm')
    .concat(graph.ofType('CompositeAlarm'))
    .flatMap((alarm) => {
      const actions = ['alarmActions', 'okActions', 'insufficientDataActions'];
      return actions
        .flatMap((property) => valuesAt(alarm.inputs, property))
        .flatMap((topicArn) => {
          const topic = graph.require('sns/Topic', topicArn);
          const context = sourceOf(arnOf(alarm), accountOf(arnOf(topic)));
          const because = `the alarm ${alarm.name} notifies its receivers`;
          return [
            { principal, action: 'sns:Publish', resource: arnOf(topic), context, because },
            ...keyUse(graph, topic.inputs['kmsMasterKeyId'], [
              'kms:GenerateDataKey',
              'kms:Decrypt',
            ]).map((use) => ({ ...use, principal, context, because })),
          ];
        });
    });
}

/** CloudFront developer guide, "Restrict access to an Amazon S3 origin". */
function deliveries(graph: Graph, files: readonly string[]): IamRequest[] {
  const principal = 'cloudfront.amazonaws.com';
  return graph.ofType('Distribution').flatMap((distribution) => {
    const origins = valuesAt(distribution.inputs, 'origins', 'domainName').map(String);
    return graph
      .ofType('s3/Bucket')
      .filter((bucket) => origins.some((origin) => origin.startsWith(`${bucket.id}.s3`)))
      .flatMap((bucket) => {
        const arn = arnOf(distribution);
        const because = `CloudFront reads for ${distribution.name}`;
        const context = { 'aws:SourceArn': arn };
        return [
          ...files.map((file) => {
            const resource = `${arnOf(bucket)}/uploads/cat.jpg/${file}`;
            return { principal, action: 's3:GetObject', resource, context, because };
          }),
          ...readingUses(graph, bucket.id).map((use) => ({ ...use, principal, context, because })),
        ];
      });
  });
}

/** CloudWatch Logs user guide, "Encrypt log data using AWS Key Management Service". */
function encryptedLogs(graph: Graph): IamRequest[] {
  return graph.ofType('LogGroup').flatMap((group) => {
    const region = arnOf(group).split(':')[3] ?? '';
    const actions = [
      'Encrypt',
      'Decrypt',
      'ReEncryptFrom',
      'ReEncryptTo',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'DescribeKey',
    ];
    return keyUse(
      graph,
      group.inputs['kmsKeyId'],
      actions.map((action) => `kms:${action}`),
    ).map((use) => ({
      ...use,
      principal: `logs.${region}.amazonaws.com`,
      context: { 'kms:EncryptionContext:aws:logs:arn': arnOf(group) },
      because: `CloudWatch encrypts ${group.name}`,
    }));
  });
}

/** Lambda developer guide, "Using Lambda with Amazon SQS", "Execution role permissions". */
function polling(graph: Graph, principal: string): IamRequest[] {
  return graph.ofType('EventSourceMapping').flatMap(({ name, inputs }) => {
    const queue = graph.require('sqs/Queue', inputs['eventSourceArn']);
    const because = `Lambda polls for ${name}`;
    return [
      ...['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((action) => ({
        ...{ principal, action, resource: arnOf(queue), context: {}, because },
      })),
      ...receivingUses(graph, queue).map((use) => ({ ...use, principal, because })),
    ];
  });
}

/** Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs". The group is there already. */
function logging(graph: Graph, principal: string): IamRequest[] {
  return graph.ofType('lambda/Function').flatMap(({ name, inputs }) =>
    valuesAt(inputs, 'loggingConfig', 'logGroup').flatMap((logGroup) => {
      const group = graph.require('LogGroup', logGroup);
      return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
        ...{ principal, action, context: {}, because: `${name} writes its log` },
        resource: `${arnOf(group)}:log-stream:2026/01/31/[$LATEST]0123456789abcdef`,
      }));
    }),
  );
}

/** AWS X-Ray developer guide, "AWS Lambda"; sampling rules are asked for by the daemon of EC2 and ECS, not by Lambda's. */
function tracing(graph: Graph, principal: string): IamRequest[] {
  return tracedFunctions(graph).flatMap(({ name }) =>
    ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'].map((action) => ({
      ...{ principal, action, resource: '*', context: {}, because: `${name} is traced` },
    })),
  );
}

/** Lambda developer guide, "Securing Lambda environment variables": the role decrypts them with a key of the account. */
function encryptedVariables(graph: Graph, principal: string): IamRequest[] {
  return graph.ofType('lambda/Function').flatMap(({ name, inputs }) =>
    keyUse(graph, inputs['kmsKeyArn'], ['kms:Decrypt'], 'lambda').map((use) => ({
      ...{ ...use, principal, because: `${name} reads its variables` },
    })),
  );
}

function tracedFunctions(graph: Graph): readonly GraphResource[] {
  return graph
    .ofType('lambda/Function')
    .filter(({ inputs }) => valuesAt(inputs, 'tracingConfig', 'mode').includes('Active'));
}
