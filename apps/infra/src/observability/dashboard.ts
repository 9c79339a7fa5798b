import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { dashboardBody } from './dashboard-body.ts';
import type { Watched } from './metrics.ts';
import { queryFolder } from './queries.ts';

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
