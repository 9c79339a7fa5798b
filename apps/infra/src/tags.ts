import { OWN_TAG_PREFIX } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';

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
