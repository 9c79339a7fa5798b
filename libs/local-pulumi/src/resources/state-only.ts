import { z } from 'zod';
import {
  defineResource,
  type AutoName,
  type Created,
  type ResourceHandler,
} from '../engine/index.ts';
import type { AwsContext } from './context.ts';

/**
 * A resource without effect here: it exists in the state, so that other resources can use its outputs and the
 * program's changes to it are seen.
 */
export function stateOnly<Shape extends z.ZodRawShape>(definition: {
  type: string;
  /** Why it has no effect, for the user. */
  why: string;
  inputs: Shape;
  ignoredInputs?: Readonly<Record<string, string>>;
  autoName?: AutoName;
  replaceOn: readonly string[];
  describe: (inputs: z.output<z.ZodObject<Shape, z.core.$strict>>, context: AwsContext) => Created;
}): ResourceHandler<AwsContext> {
  const { type, why, ignoredInputs, autoName, replaceOn, describe } = definition;
  return defineResource({
    type,
    inputs: z.strictObject(definition.inputs),
    notEmulated: why,
    replaceOn,
    ...(ignoredInputs && { ignoredInputs }),
    ...(autoName && { autoName }),
    create: describe,
    update: (_existing, inputs, context) => describe(inputs, context).outputs,
  });
}

/** Optional inputs whose values nobody here looks at. */
export function anything<Name extends string>(
  ...names: readonly Name[]
): Record<Name, z.ZodOptional<z.ZodJSONSchema>> {
  return Object.fromEntries(names.map((name) => [name, z.json().optional()])) as Record<
    Name,
    z.ZodOptional<z.ZodJSONSchema>
  >;
}
