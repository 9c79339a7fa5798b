import {
  catalog,
  encodeSchema,
  recipeSchema,
  settingsSchema,
  variantStepSchema,
} from '@darkroom/pipeline';
import type { Transform } from '@darkroom/transforms';
import type * as z from 'zod';
import { jsonSchemaOf, transformsOf, type JsonSchema } from './json-schema.ts';

export const DRAFT = 'http://json-schema.org/draft-07/schema#';
export const RECIPE_SCHEMA = 'recipe.schema.json';
export const STACK_SCHEMA = 'darkroom.schema.json';

/** The members of a union for which the option is enough, of each what the option may be. */
function valuesOfOption(schema: JsonSchema, option: string): readonly JsonSchema[] {
  const members = schema.oneOf ?? schema.anyOf ?? [schema];
  return members.flatMap(({ properties, required = [] }) => {
    const value = properties?.[option];
    const isEnough = required.every((name) => name === option);
    return typeof value === 'object' && isEnough ? [value] : [];
  });
}

/** The schema of a scalar that is short for the options with this one set. */
function scalarSchema(schema: JsonSchema, option: string): JsonSchema {
  const values = valuesOfOption(schema, option);
  const [only] = values;
  // A map is always the options themselves.
  if (values.length === 1 && only) return { allOf: [only], not: { type: 'object' } };
  return { enum: values.flatMap((value) => (value.const === undefined ? [] : [value.const])) };
}

function needsOptions(schema: JsonSchema): boolean {
  const members = schema.oneOf ?? schema.anyOf ?? [schema];
  return members.every(({ required = [] }) => required.length > 0);
}

/** The forms of all transforms' steps: `TRANSFORM`, `TRANSFORM: OPTIONS`, `TRANSFORM: SCALAR`. */
function stepDefinitions(transforms: readonly Transform[]): Record<string, JsonSchema> {
  const definitions: Record<string, JsonSchema> = {};
  const bare: string[] = [];
  const properties: Record<string, JsonSchema> = {};
  for (const { name, options, scalar } of transforms) {
    const { schema, values } = jsonSchemaOf(options);
    const { description, examples = [], ...rest } = schema;
    const isOptional = !needsOptions(schema);
    if (isOptional) bare.push(name);
    Object.assign(definitions, values, { [`${name}-options`]: { ...schema } });
    properties[name] = {
      ...(description ? { description } : {}),
      examples,
      anyOf: [
        { $ref: `#/definitions/${name}-options` },
        ...(scalar === undefined ? [] : [scalarSchema(rest, scalar)]),
        ...(isOptional ? [{ type: 'null' as const }] : []),
      ],
    };
  }
  definitions['encode'] = properties['encode'] ?? {};
  definitions['step'] = {
    description: 'A transform: its name, or a map from its name to its options.',
    anyOf: [
      { type: 'string', enum: bare },
      {
        type: 'object',
        properties,
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
      },
    ],
  };
  return definitions;
}

/** What only our own code can check in a recipe: steps, and what an `encode` step takes. */
export function recipePlaces(): ReadonlyMap<z.core.$ZodType, JsonSchema> {
  return new Map<z.core.$ZodType, JsonSchema>([
    [variantStepSchema, { $ref: '#/definitions/step' }],
    [encodeSchema, { $ref: '#/definitions/encode' }],
  ]);
}

/** One recipe. */
export function recipeJsonSchema(): JsonSchema {
  const { schema, values } = jsonSchemaOf(recipeSchema, recipePlaces());
  return {
    $schema: DRAFT,
    title: 'Darkroom recipe',
    ...schema,
    definitions: { ...values, ...stepDefinitions(transformsOf(catalog)) },
  };
}

/** A stack file, `Pulumi.STACK.yaml`: what Darkroom reads of it, other configuration stays free. */
export function stackJsonSchema(): JsonSchema {
  const recipe = new Map([[recipeSchema, { $ref: RECIPE_SCHEMA }]]);
  const { schema, values } = jsonSchemaOf(settingsSchema, recipe);
  return {
    $schema: DRAFT,
    title: 'Darkroom stack (Pulumi.STACK.yaml)',
    type: 'object',
    required: ['config'],
    properties: {
      config: {
        type: 'object',
        required: ['darkroom:pipeline'],
        properties: {
          'aws:region': { type: 'string', description: 'Region of the stack' },
          'darkroom:pipeline': schema,
        },
      },
    },
    ...(Object.keys(values).length > 0 ? { definitions: values } : {}),
  };
}
