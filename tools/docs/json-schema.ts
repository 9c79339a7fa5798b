import type { Catalog, Transform } from '@darkroom/transforms';
import * as z from 'zod';

/** JSON Schema, draft 7: what the YAML language server and most editors know. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A schema and the named ones that it points to. */
export interface SchemaWithValues {
  readonly schema: JsonSchema;
  readonly values: Readonly<Record<string, JsonSchema>>;
}

/** What a zod schema takes, with the places filled in that only our own code can check. */
export function jsonSchemaOf(
  given: z.ZodType,
  places: ReadonlyMap<z.core.$ZodType, JsonSchema> = new Map(),
): SchemaWithValues {
  const {
    $schema: _,
    definitions = {},
    ...schema
  } = z.toJSONSchema(given, {
    io: 'input',
    target: 'draft-7',
    override({ zodSchema, jsonSchema }) {
      const place = places.get(zodSchema);
      if (place) {
        for (const member of Object.keys(jsonSchema)) delete jsonSchema[member];
        Object.assign(jsonSchema, place);
      }
      // zod's way to say that a number is an integer that JavaScript holds.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
    unrepresentable: 'any',
  });
  return { schema, values: definitions as Record<string, JsonSchema> };
}

/** A schema that points to another one may say more about this place: the other is behind `allOf` then. */
export function referenceOf({ $ref, allOf }: JsonSchema): string | undefined {
  const target = $ref ?? allOf?.[0]?.$ref;
  return target?.split('/').at(-1);
}

export function transformsOf(catalog: Catalog): readonly Transform[] {
  return catalog.names.flatMap((name) => catalog.get(name) ?? []);
}
