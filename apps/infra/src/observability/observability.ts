import type { Settings } from '@darkroom/pipeline';
import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Queues } from '../queues.ts';
import { createAlarms, createAlarmTopic } from './alarms.ts';
import type { Webhook } from '../webhook.ts';
import { createDashboard, createQueries } from './dashboard.ts';

export interface Observed {
  readonly settings: Settings;
  readonly queues: Queues;
  readonly webhook?: Webhook | undefined;
  readonly handler: aws.lambda.Function;
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** EventBridge rules that send to the queue instead of the bucket. */
  readonly rules: readonly aws.cloudwatch.EventRule[];
  /** Of the key that encrypts the alarms' messages, where the stack has one. */
  readonly keyArn?: pulumi.Input<string> | undefined;
}

export interface Observability {
  /** Receives alarm notifications. */
  readonly alarmTopic: aws.sns.Topic;
  readonly alarmNames: pulumi.Output<string[]>;
  /** Where a person looks at it all. */
  readonly dashboardUrl: pulumi.Output<string>;
}

/** How one sees what the pipeline does, and hears when it does not: alarms, saved queries, a dashboard. */
export function createObservability(
  name: string,
  { settings, queues, webhook, handler, logGroup, rules, keyArn }: Observed,
  opts: pulumi.CustomResourceOptions,
): Observability {
  const watched = {
    queue: queues.queue.name,
    deadLetters: queues.deadLetters.name,
    functionName: handler.name,
    ...(webhook && {
      webhookQueue: webhook.queue.name,
      webhookDeadLetters: webhook.deadLetters.name,
    }),
    rules: rules.map((rule) => rule.name),
  };
  const alarmTopic = createAlarmTopic(name, { settings, keyArn }, opts);
  const alarms = createAlarms(name, { watched, topic: alarmTopic, settings }, opts);
  createQueries(name, logGroup, opts);
  const dashboardUrl = createDashboard(
    name,
    { settings, watched, logGroup, alarms, topic: alarmTopic },
    opts,
  );
  return { alarmTopic, alarmNames: pulumi.all(alarms.map((alarm) => alarm.name)), dashboardUrl };
}
