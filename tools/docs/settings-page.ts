import { recipeSchema, settingsSchema } from '@darkroom/pipeline';
import { STACK_SCHEMA } from './editor-schemas.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { optionRows, optionsTable } from './options-table.ts';

/** `docs/settings.md`. */
export function settingsPage(): string {
  const recipe = new Map([[recipeSchema, { $ref: '#/definitions/recipe' }]]);
  const { schema } = jsonSchemaOf(settingsSchema, recipe);
  return [
    '# Settings',
    'What one stack sets: `darkroom:pipeline` in `Pulumi.STACK.yaml`. Only the recipes have no default. The same schema checks them at preview, at the function’s start and in the local run; what is wrong is listed all at once, each problem with its path.',
    optionsTable(optionRows(schema), { recipe: 'recipes.md' }),
    `For editors: [${STACK_SCHEMA}](../${STACK_SCHEMA}), see [recipes](recipes.md#in-an-editor).`,
  ].join('\n\n');
}
