import { LOG_QUERIES, type Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { dashboardBody } from './dashboard-body.ts';
import type { Watched } from './metrics.ts';

/** What the page is of. */
export interface DashboardParts {
  readonly settings: Settings;
  readonly watched: Watched<pulumi.Output<string>>;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];
}

/**
 * One page for a person who wants to know how it goes.
 *
 * @returns its address
 */
export function createDashboard(
  name: string,
  { settings, watched, logGroup, alarms }: DashboardParts,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { region } = aws.getRegionOutput({}, opts);
  const dashboard = new aws.cloudwatch.Dashboard(
    `${name}-dashboard`,
    {
      // Has no automatic name, is one of all regions and stacks of an account, and no dots, which a stack's may have.
      dashboardName: pulumi
        .concat(pulumi.getProject(), '-', pulumi.getStack(), '-', name, '-', region)
        .apply((all) => all.replaceAll('.', '-')),
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
  return pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;
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
        name: `${queryFolder(name)}/${query.name}`,
        logGroupNames: [logGroup.name],
        queryString: query.text,
      },
      opts,
    );
}
