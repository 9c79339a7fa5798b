import path from 'node:path';
import { applicationsPage } from './applications-page.ts';
import { commandReference } from '@darkroom/cli/reference';
import * as prettier from 'prettier';
import {
  RECIPE_SCHEMA,
  recipeJsonSchema,
  STACK_SCHEMA,
  stackJsonSchema,
} from './editor-schemas.ts';
import { diagrams, type GeneratedFile } from './diagrams.ts';
import { EVENT_SCHEMA, eventJsonSchema } from './event-schema.ts';
import { recipesPage } from './recipes-page.ts';
import { settingsPage } from './settings-page.ts';
import { transformsPage } from './transforms-page.ts';

const NOTE =
  '<!-- `npm run docs` writes this page from schemas and examples; changes here are lost. -->';

const CHECKOUT = path.join(import.meta.dirname, '../..');

/** All pages, schemas and diagrams, formatted as the checkout is. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const pages = {
    'docs/recipes.md': recipesPage(),
    'docs/transforms.md': transformsPage(),
    'docs/settings.md': settingsPage(),
    'docs/cli.md': commandReference(),
    'docs/applications.md': applicationsPage(CHECKOUT),
  };
  const schemas = {
    [RECIPE_SCHEMA]: recipeJsonSchema(),
    [STACK_SCHEMA]: stackJsonSchema(),
    [EVENT_SCHEMA]: eventJsonSchema(),
  };
  const texts = [
    ...Object.entries(pages).map(([path, text]) => [path, `${NOTE}\n\n${text}`] as const),
    ...Object.entries(schemas).map(([path, schema]) => [path, JSON.stringify(schema)] as const),
  ];
  const formatted = texts.map(async ([path, text]) => {
    const options = { singleQuote: true, printWidth: 100, filepath: path };
    return { path, text: await prettier.format(text, options) };
  });
  return [...(await Promise.all(formatted)), ...(await diagrams(CHECKOUT, 'docs/diagrams'))];
}
