import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { alarmTable, type AlarmSpec } from './alarm-table.ts';
import { located, type Watched } from './metrics.ts';
import { runbookLink } from './runbook.ts';

/** One alarm for each line of the table; all of them tell the topic, when they go off and when it is over. */
export function createAlarms(
  name: string,
  {
    watched,
    topic,
    settings,
  }: { watched: Watched<pulumi.Output<string>>; topic: aws.sns.Topic; settings: Settings },
  opts: pulumi.CustomResourceOptions,
): readonly aws.cloudwatch.MetricAlarm[] {
  return alarmTable(settings).map(
    (spec) =>
      new aws.cloudwatch.MetricAlarm(
        `${name}-alarm-${spec.name}`,
        {
          // What the person on call sees first has to tell the stack.
          name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}-${spec.name}`,
          alarmDescription: `${spec.meaning} What to do: ${runbookLink(settings, spec.runbook)}`,
          metricQueries: metricQueries(spec, watched),
          comparisonOperator: 'GreaterThanThreshold',
          threshold: spec.threshold,
          datapointsToAlarm: spec.periods[0],
          evaluationPeriods: spec.periods[1],
          // Without uploads there are no metrics, and nothing is wrong.
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
