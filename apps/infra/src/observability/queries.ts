import { LOG_QUERIES } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

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
