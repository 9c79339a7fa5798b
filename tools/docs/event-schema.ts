import { outcomeEventSchema } from '@darkroom/pipeline';
import { DRAFT } from './editor-schemas.ts';
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts';

export const EVENT_SCHEMA = 'outcome-event.schema.json';

/** An event of EventBridge about an outcome; whatever EventBridge adds to it stays free. */
export function eventJsonSchema(): JsonSchema {
  const { schema, values } = jsonSchemaOf(outcomeEventSchema);
  return {
    $schema: DRAFT,
    title: 'Darkroom outcome event',
    ...schema,
    ...(Object.keys(values).length > 0 ? { definitions: values } : {}),
  };
}
