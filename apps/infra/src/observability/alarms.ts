import { createHash } from 'node:crypto';
import type { AlarmReceiver, Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { policyDocument, type Statement } from '../permissions/policy-document.ts';
import { randomPart, readableName } from '../naming.ts';
import { type AlarmSpec, alarmTable, runbookLink } from './alarm-table.ts';
import { located, type Watched } from './metrics.ts';

/** A stack that protects its data probably has users, who would be the first to notice a failure. */
export function receiversWarning({ alarms, storage }: Settings): string | undefined {
  if (!storage.protect || alarms.receivers.length > 0) return undefined;
  return (
    'alarms.receivers is empty, and storage.protect is on: no one is notified of dead letters and failures. ' +
    'Add an email address or an https endpoint'
  );
}

/** One alarm for each line of the table. Each one notifies the topic when it goes off and when it ends. */
export function createAlarms(
  name: string,
  {
    watched,
    topic,
    settings,
  }: { watched: Watched<pulumi.Output<string>>; topic: aws.sns.Topic; settings: Settings },
  opts: pulumi.CustomResourceOptions,
): readonly aws.cloudwatch.MetricAlarm[] {
  const unique = randomPart(topic);
  return alarmTable(settings, watched.rules.length).map(
    (spec) =>
      new aws.cloudwatch.MetricAlarm(
        `${name}-alarm-${spec.name}`,
        {
          // The person on call sees the name first, so it contains the stack.
          name: unique.apply((part) => readableName(name, spec.name, part)),
          alarmDescription: `${spec.meaning} What to do: ${runbookLink(settings, spec.runbook)}`,
          metricQueries: metricQueries(spec, watched),
          comparisonOperator: 'GreaterThanThreshold',
          threshold: spec.threshold,
          datapointsToAlarm: spec.periods[0],
          evaluationPeriods: spec.periods[1],
          // Without uploads there are no metrics, which is healthy.
          treatMissingData: 'notBreaching',
          alarmActions: [topic.arn],
          okActions: [topic.arn],
          tags: settings.tags,
        },
        opts,
      ),
  );
}

function metricQueries(
  { metrics, expression, name, period }: AlarmSpec,
  watched: Watched<pulumi.Output<string>>,
): aws.types.input.cloudwatch.MetricAlarmMetricQuery[] {
  const queries = Object.entries(metrics).map(([id, metric]) => ({
    id,
    metric: { ...located(metric, watched), period, stat: metric.stat },
    returnData: expression === undefined,
  }));
  if (expression === undefined) return queries;
  return [...queries, { id: 'compared', expression, label: name, returnData: true }];
}

/**
 * The topic of the alarms and its receivers. It is encrypted with the stack's key, if there is one. Otherwise SNS stores it
 * on encrypted disks: alarms cannot use SNS's own KMS key, whose policy does not let CloudWatch in and cannot be
 * changed (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
 */
export function createAlarmTopic(
  name: string,
  { settings, keyArn }: { settings: Settings; keyArn?: pulumi.Input<string> | undefined },
  opts: pulumi.CustomResourceOptions,
): aws.sns.Topic {
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  const topic = new aws.sns.Topic(
    `${name}-alarms`,
    {
      displayName: `Darkroom, pipeline ${name}`,
      ...(keyArn !== undefined && { kmsMasterKeyId: keyArn }),
      tags: settings.tags,
    },
    opts,
  );
  new aws.sns.TopicPolicy(
    `${name}-alarms-policy`,
    {
      arn: topic.arn,
      policy: pulumi
        .all([topic.arn, accountId])
        .apply(([arn, account]) => policyDocument([allowAlarms(arn, account), overTls(arn)])),
    },
    opts,
  );
  settings.alarms.receivers.forEach((receiver, index) => {
    const subscribed = subscription(receiver);
    new aws.sns.TopicSubscription(
      `${name}-alarms-receiver-${receiverId(subscribed)}`,
      {
        topic: topic.arn,
        ...subscribed,
        // URLs of incident tools contain a token. Pulumi encrypts it in the state.
        ...(receiver.https !== undefined && { endpoint: pulumi.secret(receiver.https) }),
      },
      // Version 0.1 named receivers by position. The alias keeps the subscriptions of its stacks.
      { ...opts, aliases: [{ name: `${name}-alarms-receiver-${index + 1}` }] },
    );
  });
  return topic;
}

/**
 * Names a receiver by its content. With a name by position, a change of the list would replace subscriptions: SNS
 * returns the existing ARN for an endpoint that is subscribed, and Pulumi then deletes the old resource with that ARN.
 */
export function receiverId({ protocol, endpoint }: { protocol: string; endpoint: string }): string {
  return createHash('sha256').update(`${protocol} ${endpoint}`).digest('hex').slice(0, 8);
}

function subscription({ email, https }: AlarmReceiver): { protocol: string; endpoint: string } {
  return email === undefined
    ? { protocol: 'https', endpoint: https ?? '' }
    : { protocol: 'email', endpoint: email };
}

/** CloudWatch, for the alarms of this account. */
export function allowAlarms(topicArn: string, account: string): Statement {
  return {
    Sid: 'AllowAlarms',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: ['sns:Publish'],
    Resource: [topicArn],
    Condition: { StringEquals: { 'aws:SourceAccount': account } },
  };
}

/** Of a topic's actions SNS takes only these in a policy, no `sns:*` (SNS developer guide, "Enforcing encryption in transit"). */
export function overTls(topicArn: string): Statement {
  return {
    Sid: 'DenyPlainHttp',
    Effect: 'Deny',
    Principal: '*',
    Action: ['sns:Publish'],
    Resource: [topicArn],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
