import { expect, test } from 'vitest';
import { check } from './problems.ts';
import { recipeSchema, recipesSchema } from './recipe.ts';
import { settingsSchema } from './settings.ts';

const recipe = { name: 'photos', variants: [{ name: 'web', steps: ['flop', { blur: 5000 }] }] };
const where = '(recipe "photos", variant "web")';

test.each([
  [settingsSchema, { recipes: [recipe] }, `recipes[0].variants[0].steps[1].blur`],
  [recipesSchema, [recipe], `[0].variants[0].steps[1].blur`],
  [recipeSchema, recipe, `variants[0].steps[1].blur`],
])('a mistake in a step is told with its path, recipe and variant', (schema, input, path) => {
  expect(check<unknown>(schema, input)).toMatchObject({
    problems: `  ${path}: Too big: expected number to be <=1000, got 5000 ${where}`,
  });
});

test.each<[string, object, string]>([
  [
    'an unknown key of a variant',
    { variants: [{ name: 'web', steps: [], step: 1 }] },
    'allowed: name, steps, widths, encode, when, animated, copy (recipe "photos", variant "web")',
  ],
  ['a member of the recipe', { effort: 'max' }, 'got "max" (recipe "photos")'],
  ['the name itself', { name: 'Photos' }, 'got "Photos"'],
])('so is a mistake in %s', (_, wrong, end) => {
  const checked = check<unknown>(recipeSchema, {
    ...recipe,
    variants: [{ name: 'web', steps: [] }],
    ...wrong,
  });
  expect(checked.ok ? '' : checked.problems.split('\n')[0]).toMatch(
    new RegExp(`${end.replaceAll(/[()]/g, '\\$&')}$`),
  );
});
