import fc from 'fast-check';
import type * as z from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What is generated otherwise than its schema says, by path: the schema cannot tell all that our own code checks. */
export type Places = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Most elements where a schema has no maximum. */
const MANY = 3;

/**
 * Values that a JSON Schema takes. A property that is added to the schema is generated without a change here.
 *
 * @throws Error for what a schema says in a way that is not known here
 */
export function arbitraryOf(
  schema: JsonSchema,
  places: Places = {},
  path = '',
): fc.Arbitrary<unknown> {
  const place = places[path];
  if (place) return place;
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...(schema.enum as unknown[]));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, places, path)));
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'string':
      return strings(schema, path);
    case 'array': {
      const { items, minItems = 0, maxItems = Math.max(minItems, MANY) } = schema;
      const item = arbitraryOf(items as JsonSchema, places, `${path}[]`);
      return fc.array(item, { minLength: minItems, maxLength: maxItems });
    }
    case 'object':
      return objects(schema, places, path);
    default:
      throw new Error(`What is generated for ${path}? ${JSON.stringify(schema)}`);
  }
}

/** Limits are tried as often as all between. */
function numbers({ type, ...schema }: JsonSchema): fc.Arbitrary<number> {
  const max = schema.maximum ?? 1_000_000;
  if (type === 'integer') {
    const min = schema.minimum ?? 0;
    const most = Math.min(max, 2 ** 31 - 1);
    return fc.oneof(fc.constantFrom(min, most), fc.integer({ min, max: most }));
  }
  const exclusive = schema.exclusiveMinimum as number | undefined;
  return fc.double({
    ...{ min: exclusive ?? schema.minimum ?? 0, max, noNaN: true },
    minExcluded: exclusive !== undefined,
  });
}

function strings({ pattern, format, ...schema }: JsonSchema, path: string): fc.Arbitrary<string> {
  if (format === 'email') return fc.emailAddress();
  if (format === 'uri') return fc.webUrl({ validSchemes: ['https'] });
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  if (format !== undefined) throw new Error(`What is generated for ${path}, a ${format}?`);
  const { minLength = 0, maxLength = 40 } = schema;
  return fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(maxLength, 40) });
}

function objects(schema: JsonSchema, places: Places, path: string): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = schema;
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      arbitraryOf(value as JsonSchema, places, path === '' ? name : `${path}.${name}`),
    ]),
  );
  return fc.record(model, { requiredKeys: required });
}
