import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The part of JSON Schema (draft 7) that the generated schemas of this repository use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** The settings of a pipeline, with the recipe's schema among the definitions. Tests of tools/docs keep both files fresh. */
export function settingsSchema(checkout: string): JsonSchema {
  const stack = read(checkout, 'darkroom.schema.json');
  const settings = stack.properties?.['config']?.properties?.['darkroom:pipeline'];
  const { definitions, ...recipe } = read(checkout, 'recipe.schema.json');
  if (!settings) throw new Error('darkroom.schema.json does not describe darkroom:pipeline');
  const text = JSON.stringify({
    ...settings,
    definitions: { ...stack.definitions, ...definitions, recipe },
  });
  return JSON.parse(
    text.replaceAll('"recipe.schema.json"', '"#/definitions/recipe"'),
  ) as JsonSchema;
}

/** Moves defaults to the descriptions, because generators of types derive wrong types from some of them. */
export function withDefaultsDescribed(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { default: given, description, ...rest } = value as JsonSchema;
    // The default of an optional group is that of its members.
    const isShown = given !== undefined && (typeof given !== 'object' || Array.isArray(given));
    const text = isShown
      ? [description, `Default: \`${JSON.stringify(given)}\`.`].filter(Boolean).join('. ')
      : description;
    return { ...rest, ...(text !== undefined && { description: text }) };
  }) as JsonSchema;
}

function read(checkout: string, file: string): JsonSchema {
  return JSON.parse(readFileSync(path.join(checkout, file), 'utf8')) as JsonSchema;
}
