import type { Catalog, Transform } from '@darkroom/transforms';
import { jsonSchemaOf, transformsOf, type JsonSchema } from './json-schema.ts';

/** A transform as the page shows it. */
export interface TransformEntry {
  readonly transform: Transform;
  readonly schema: JsonSchema;
  readonly description: string;
  /** Options in the recipe's form; the first is the one that pictures are made with. */
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A transform with the texts of its schema.
 * @throws Error if a text is missing
 */
function entryOf(transform: Transform): TransformEntry {
  const { schema } = jsonSchemaOf(transform.options);
  const { description, examples } = schema;
  if (!description || !Array.isArray(examples) || examples.length === 0) {
    throw new Error(
      `transform ${transform.name}: its options need .meta({ description: '…', examples: [{ … }] })`,
    );
  }
  return { transform, schema, description, examples: examples as TransformEntry['examples'] };
}

/** All transforms of a catalog, in its order. */
export function transformEntries(catalog: Catalog): readonly TransformEntry[] {
  return transformsOf(catalog).map(entryOf);
}
