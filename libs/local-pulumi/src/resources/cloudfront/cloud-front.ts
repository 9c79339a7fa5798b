import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineResource, type AutoName, type ResourceHandler } from '../../engine/index.ts';
import type { AwsContext } from '../context.ts';
import { COMMON_IGNORED } from '../not-emulated.ts';

/** In the state only; not by `stateOnly`, because CloudFront makes the ids up. */
export function cloudFront<Shape extends z.ZodRawShape>(definition: {
  type: string;
  why: string;
  inputs: Shape;
  autoName?: AutoName;
  /** As in ARNs. */
  kind: string;
  /** Those that more than an ARN is known of. */
  outputs?: (id: string) => Readonly<Record<string, unknown>>;
  hasTags?: boolean;
}): ResourceHandler<AwsContext> {
  const { type, why, autoName, kind, outputs, hasTags = false } = definition;
  const outputsOf = (id: string, { accountId }: AwsContext) => ({
    arn: `arn:aws:cloudfront::${accountId}:${kind}/${id}`,
    ...outputs?.(id),
    ...(hasTags && { tagsAll: {} }),
  });
  return defineResource({
    type,
    inputs: z.strictObject(definition.inputs),
    notEmulated: why,
    ...(hasTags && { ignoredInputs: { tags: COMMON_IGNORED.tags } }),
    ...(autoName && { autoName }),
    replaceOn: autoName ? [autoName.property] : [],
    create(_inputs, context: AwsContext) {
      const id = `E${randomUUID().replaceAll('-', '').slice(0, 13).toUpperCase()}`;
      return { id, outputs: outputsOf(id, context) };
    },
    update: ({ id }, _inputs, context) => outputsOf(id, context),
  });
}
