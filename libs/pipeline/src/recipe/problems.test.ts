import { expect, test } from 'vitest';
import { check } from './problems.ts';
import { recipeSchema, recipesSchema } from './recipe.ts';
import { settingsSchema } from '../stack/settings.ts';

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

test.each<[unknown, string]>([
  ['web', 'expected a map, got "web"'],
  [null, 'expected a map, got nothing'],
  [['web'], 'expected a map, got a list'],
  [{ name: { width: null }, steps: [] }, "name: expected text: put '{width}' in quotes"],
  [{ name: 7, steps: [] }, 'name: expected text, got 7'],
  [{ name: 'web', steps: { flip: null } }, 'steps: expected a list, got a map'],
  [{ name: 'web', steps: [], widths: [Infinity] }, 'widths[0]: expected a number, got Infinity'],
  [{ name: 'web', steps: [], widths: ['9'] }, 'widths[0]: expected a number, got "9"'],
  [{ name: 'web', steps: [], widths: [1.5] }, 'widths[0]: expected a whole number, got 1.5'],
  [{ name: 'web', copy: true, when: { animated: 'yes' } }, 'expected true or false, got "yes"'],
])('%j is no variant, in words of who writes YAML: %s', (variant, why) => {
  const checked = check<unknown>(recipeSchema, { name: 'photos', variants: [variant] });
  expect(checked.ok ? '' : checked.problems).toContain(why);
});

test.each<[string, object, string]>([
  [
    'an unknown key of a variant',
    { variants: [{ name: 'web', steps: [], step: 1 }] },
    'allowed: name, steps, widths, encode, when, pages, frames, animated, copy (recipe "photos", variant "web")',
  ],
  ['a member of the recipe', { effort: 'max' }, 'got "max" (recipe "photos")'],
  ['no variants', { variants: undefined }, 'is missing: expected a list (recipe "photos")'],
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
