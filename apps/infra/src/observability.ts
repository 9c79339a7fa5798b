import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Queues } from './queues.ts';

export interface Observed {
  readonly queues: Queues;
  readonly handler: aws.lambda.Function;
}

export interface DashboardPage {
  readonly dashboard: aws.cloudwatch.Dashboard;
  /** Where a person looks at it. */
  readonly url: pulumi.Output<string>;
}

/** A first picture, in the order in which an upload travels. */
export function createDashboard(
  name: string,
  { queues, handler }: Observed,
  opts: pulumi.CustomResourceOptions,
): DashboardPage {
  const { region } = aws.getRegionOutput({}, opts);
  const dashboard = new aws.cloudwatch.Dashboard(
    `${name}-dashboard`,
    {
      // Has no automatic name, and is one of all regions and stacks of an account.
      dashboardName: pulumi.interpolate`${pulumi.getProject()}-${pulumi.getStack()}-${name}-${region}`,
      dashboardBody: pulumi
        .all([queues.queue.name, queues.deadLetters.name, handler.name, region])
        .apply(([queue, deadLetters, functionName, home]) =>
          JSON.stringify({ widgets: dashboardWidgets(queue, deadLetters, functionName, home) }),
        ),
    },
    opts,
  );
  return {
    dashboard,
    url: pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
function dashboardWidgets(
  queue: string,
  deadLetters: string,
  functionName: string,
  region: string,
): object[] {
  const sqs = (metric: string, queueName: string, label: string, stat: string) => [
    'AWS/SQS',
    metric,
    'QueueName',
    queueName,
    { label, stat },
  ];
  const lambda = (metric: string, label: string, stat: string) => [
    'AWS/Lambda',
    metric,
    'FunctionName',
    functionName,
    { label, stat },
  ];
  return [
    { title: 'Changed keys', metrics: [sqs('NumberOfMessagesSent', queue, 'messages', 'Sum')] },
    {
      title: 'Waiting',
      metrics: [sqs('ApproximateNumberOfMessagesVisible', queue, 'messages', 'Maximum')],
    },
    {
      title: 'Oldest message, seconds',
      metrics: [sqs('ApproximateAgeOfOldestMessage', queue, 'age', 'Maximum')],
    },
    {
      title: 'Function',
      metrics: [
        lambda('Invocations', 'calls', 'Sum'),
        lambda('Errors', 'errors', 'Sum'),
        lambda('Throttles', 'throttles', 'Sum'),
      ],
    },
    {
      title: 'Duration, milliseconds',
      metrics: [
        lambda('Duration', 'median', 'p50'),
        lambda('Duration', '99 of 100 are faster', 'p99'),
      ],
    },
    {
      title: 'Dead letters',
      metrics: [sqs('ApproximateNumberOfMessagesVisible', deadLetters, 'messages', 'Maximum')],
    },
  ].map(({ title, metrics }, index) => ({
    type: 'metric',
    width: 8,
    height: 6,
    x: (index % 3) * 8,
    y: Math.floor(index / 3) * 6,
    properties: { title, metrics, region, period: 60, view: 'timeSeries' },
  }));
}
