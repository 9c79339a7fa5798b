import { catalog, recipeSchema } from '@darkroom/pipeline';
import { RECIPE_SCHEMA, recipePlaces, STACK_SCHEMA } from './editor-schemas.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { optionRows, optionsTable } from './options-table.ts';
import { recipeSections } from './recipe-sections.ts';

/** `docs/recipes.md`. */
export function recipesPage(): string {
  const { schema } = jsonSchemaOf(recipeSchema, recipePlaces());
  return [
    '# Recipes',
    'A recipe says which uploads it is for and what becomes of them. It stands in a stack’s configuration, under `darkroom:pipeline` ([settings](settings.md)):',
    '```yaml\n' + EXAMPLE + '\n```',
    'Unknown keys anywhere are errors that name the path, when the program is previewed and before anything runs.',
    '## Members',
    optionsTable(optionRows(schema), { step: '#steps', encode: 'transforms.md#encode' }),
    '## Steps',
    'A step is a map with one key, `TRANSFORM: OPTIONS`. A bare `TRANSFORM` stands for no options, and some transforms take a lone value for their main option. All three:',
    '```yaml\nsteps:\n  - rotate: auto\n  - resize: { width: 640, withoutEnlargement: true }\n  - grayscale\n  - encode: { format: webp, quality: 80 }\n```',
    'Each step works on the result of the one before, whatever order sharp itself would choose. `encode`, `metadata` and `colourspace` are settings of the file: each stands once in a variant, and nothing that changes pixels comes after `encode`. A variant without `encode` keeps the upload’s format.',
    `The transforms: ${catalog.names.map((name) => `[${name}](transforms.md#${name})`).join(', ')}.`,
    ...recipeSections,
    '## In an editor',
    `[${RECIPE_SCHEMA}](../${RECIPE_SCHEMA}) describes one recipe, [${STACK_SCHEMA}](../${STACK_SCHEMA}) a whole stack file. An editor with the YAML language server completes and checks a stack file that begins with`,
    '```yaml\n# yaml-language-server: $schema=./' + STACK_SCHEMA + '\n```',
    'What a schema cannot say, such as that a region lies inside the picture, is checked at preview or when an upload comes.',
  ].join('\n\n');
}

const EXAMPLE = `config:
  aws:region: eu-central-1
  darkroom:pipeline:
    recipes:
      - name: photos
        match: { prefix: uploads/ }
        variants:
          - name: thumb
            steps:
              - rotate: auto
              - resize: { width: 200, height: 200, fit: cover, position: attention }
              - encode: { format: webp, quality: 80 }
          - name: web
            steps:
              - rotate: auto
              - resize: { width: 1280, withoutEnlargement: true }
              - encode: { format: jpeg, quality: 82 }`;
