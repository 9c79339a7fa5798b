import { z } from 'zod';
import { defineResource, type ResourceHandler } from '../../engine/index.ts';
import { type AwsContext, unlessAbsent } from '../aws.ts';
import { COMMON_IGNORED } from '../not-emulated.ts';

/**
 * One sub-resource of a bucket, put as a whole: the bucket's name is its id, and all else changes in place.
 */
export function bucketSetting<Shape extends z.ZodRawShape>(definition: {
  type: string;
  /** All inputs but `bucket`. */
  inputs: Shape;
  /** Set when it has no effect here: why. */
  why?: string;
  put: (
    bucket: string,
    inputs: z.output<z.ZodObject<Shape, z.core.$strict>>,
    context: AwsContext,
  ) => Promise<unknown>;
  /** Undefined or an error with the code `absent` when it is not set. */
  get: (bucket: string, context: AwsContext) => Promise<unknown>;
  /** S3's code for a setting that is not there. */
  absent?: string;
  remove: (bucket: string, context: AwsContext) => Promise<unknown>;
  ignoredValues?: (
    inputs: z.output<z.ZodObject<Shape, z.core.$strict>>,
  ) => Readonly<Record<string, string>>;
}): ResourceHandler<AwsContext> {
  const { type, why, put, get, remove, ignoredValues } = definition;
  const absent = ['NoSuchBucket', ...(definition.absent ? [definition.absent] : [])];
  // The schema's own type would be computed anew for each shape; the two parts are what the callers see.
  type Inputs = z.output<z.ZodObject<Shape, z.core.$strict>> & { bucket: string };
  return defineResource({
    type,
    inputs: z.strictObject({
      bucket: z.string().min(1),
      ...definition.inputs,
    }) as z.ZodType<Inputs>,
    ...(why && { notEmulated: why }),
    ...(ignoredValues && { ignoredValues }),
    ignoredInputs: {
      region: COMMON_IGNORED.region,
    },
    replaceOn: ['bucket'],
    async create(inputs, context: AwsContext) {
      await put(inputs.bucket, inputs, context);
      return { id: inputs.bucket, outputs: {} };
    },
    locate: ({ bucket }) => bucket,
    async read({ id }, context) {
      return (await unlessAbsent(absent, get(id, context))) === undefined ? undefined : {};
    },
    async update({ id }, inputs, context) {
      await put(id, inputs, context);
      return {};
    },
    async delete({ id }, context) {
      await unlessAbsent(absent, remove(id, context));
    },
  });
}
