import { OWN_TAG_PREFIX } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';

/**
 * Names in AWS are made of the pipeline's: lower-case for a bucket's (of 63 characters at most), and short enough for
 * that of a CloudFront Function, which is `NAME-choose-format-0a1b2c3` of 64 at most.
 */
const NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** A pipeline's name that AWS would not take, told before anything is made. */
export class PipelineNameError extends pulumi.RunError {
  override readonly name = 'PipelineNameError';
  readonly code = 'INVALID_NAME';
}

/** @throws PipelineNameError */
export function checkPipelineName(name: string): void {
  if (NAME.test(name)) return;
  throw new PipelineNameError(
    `ImagePipeline "${name}": a name is 1 to 40 lower-case letters, digits and inner hyphens, and begins with a letter: ` +
      'buckets are called after it',
  );
}

/** Tags of every resource that can have some: the stack's own, and two that tell where a resource comes from. */
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
