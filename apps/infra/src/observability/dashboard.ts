import { LOG_QUERIES, type Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { randomPart, readableName } from '../naming.ts';
import { partitionOf } from '../partition.ts';
import { dashboardBody } from './dashboard-body.ts';
import type { Watched } from './metrics.ts';

/** What the page is of. */
export interface DashboardParts {
  readonly settings: Settings;
  readonly watched: Watched<pulumi.Output<string>>;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];
  readonly topic: aws.sns.Topic;
}

/**
 * One page for a person who wants to know how it goes.
 *
 * @returns its address
 */
export function createDashboard(
  name: string,
  { settings, watched, logGroup, alarms, topic }: DashboardParts,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { region } = aws.getRegionOutput({}, opts);
  const dashboard = new aws.cloudwatch.Dashboard(
    `${name}-dashboard`,
    {
      // Dashboards of all regions of an account share their names, which contain no dots. A stack's name can.
      dashboardName: pulumi
        .all([region, randomPart(topic)])
        .apply((parts) => readableName(name, ...parts).replaceAll('.', '-')),
      dashboardBody: pulumi
        .output({
          ...watched,
          logGroup: logGroup.name,
          alarms: alarms.map(({ arn }) => arn),
          region,
          pipeline: name,
          queryFolder: queryFolder(name),
        })
        .apply((names) => JSON.stringify(dashboardBody(settings, names))),
    },
    opts,
  );
  const home = region.apply((here) => partitionOf(here).console);
  return pulumi.interpolate`${home}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;
}

/** The console shows saved queries in folders, by the slashes of their names. */
export function queryFolder(name: string): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
}

/** The questions of the runbook, ready in the console's Logs Insights. */
export function createQueries(
  name: string,
  logGroup: aws.cloudwatch.LogGroup,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [key, query] of Object.entries(LOG_QUERIES))
    new aws.cloudwatch.QueryDefinition(
      `${name}-query-${key}`,
      {
        // At most 255 characters.
        name: `${queryFolder(name).slice(0, 200)}/${query.name}`,
        logGroupNames: [logGroup.name],
        queryString: query.text,
      },
      opts,
    );
}
