import { OWN_TAG_PREFIX } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';

/**
 * Resource names in AWS begin with the pipeline's name. Bucket names are lower-case and have at most 63 characters. The
 * name of the CloudFront Function, `NAME-choose-format-0a1b2c3`, has at most 64.
 */
const NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** AWS does not accept resource names that begin with this name. Thrown before any resource is registered. */
export class PipelineNameError extends pulumi.RunError {
  override readonly name = 'PipelineNameError';
  readonly code = 'INVALID_NAME';
}

/** @throws PipelineNameError */
export function checkPipelineName(name: string): void {
  if (NAME.test(name)) return;
  throw new PipelineNameError(
    `ImagePipeline "${name}": a name is 1 to 40 lower-case letters, digits and inner hyphens, and begins with a letter, ` +
      'because bucket names begin with it',
  );
}

/** CloudWatch's limit for alarms and dashboards. */
const MAX_NAME = 255;

/**
 * Names of resources that AWS does not name by itself, for people: project, stack and pipeline, then `parts`. A part must
 * be unique in the account: two stacks can have the same name, and AWS overwrites alarms and dashboards.
 */
export function readableName(name: string, ...parts: readonly string[]): string {
  const end = ['', ...parts].join('-');
  const begin = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
  return `${begin.slice(0, MAX_NAME - end.length)}${end}`;
}

/** The random end of a resource's name, which Pulumi chooses. */
export function randomPart({
  name,
}: {
  readonly name: pulumi.Output<string>;
}): pulumi.Output<string> {
  return name.apply((text) => text.split('-').at(-1) ?? '');
}

/** Tags of every taggable resource: the tags of the settings, the stack and the pipeline. */
export function pipelineTags(
  name: string,
  tags: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...tags,
    [`${OWN_TAG_PREFIX}stack`]: `${pulumi.getProject()}/${pulumi.getStack()}`,
    [`${OWN_TAG_PREFIX}pipeline`]: name,
  };
}
