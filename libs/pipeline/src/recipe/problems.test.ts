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
  [{ name: null, steps: [] }, 'name: expected text, got nothing'],
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

/** The problems, without recipe and variant. */
function problems(variant: object, more: object = {}): string[] {
  const checked = check<unknown>(recipeSchema, { name: 'photos', variants: [variant], ...more });
  return checked.ok ? [] : checked.problems.split('\n').map((line) => line.replace(/ \(recipe.*/, ''));
} // prettier-ignore

test.each<[variant: object, more: object, problems: string[]]>([
  [{ name: 'web', steps: [7] }, {}, ['  variants[0].steps[0]: a step is a map with one key, `TRANSFORM: OPTIONS`, or just `TRANSFORM`; got 7']],
  [{ name: 'web', steps: ['resize'] }, {}, ['  variants[0].steps[0].resize: needs a width, a height or both']],
  [{ name: 'web', steps: [{ resize: { height: 5 } }], widths: [9] }, {}, ['  variants[0].steps[0].resize: takes its width from the variant’s widths: leave width and height out']],
  [{ name: 'web', steps: [{ resize: null, width: 5 }] }, {}, ['  variants[0].steps[0]: width stands beside resize, not in it: indent further']],
  [{ name: 'web', steps: [{ resize: null, width: 5, fit: 'fill' }] }, {}, ['  variants[0].steps[0]: width, fit stand beside resize, not in it: indent further']],
  [{ name: 'web', steps: [{ flip: null, flop: null }] }, {}, ['  variants[0].steps[0]: a step is a map with one key, `TRANSFORM: OPTIONS`, or just `TRANSFORM`; got 2 keys (flip, flop): make each a step of its own']],
  [{ name: 'web', steps: [{ flip: null, flop: null, width: 5 }] }, {}, ['  variants[0].steps[0]: a step is a map with one key, `TRANSFORM: OPTIONS`, or just `TRANSFORM`; got 3 keys (flip, flop, width): make each a step of its own']],
  [{ name: 'web', steps: [{ resize: { width: 9, position: 'focus' } }] }, {}, [
    '  variants[0].steps[0].resize.position: focus is a place in the upright upload: put only `rotate: auto` before this step',
    '  variants[0].steps[0].resize.position: focus needs `choices: [focus]` in the recipe, or a `focus` of the step',
  ]],
  [{ name: 'web', steps: ['flip', 'montage'] }, {}, ['  variants[0].steps[1].montage: joins several pages or frames: the variant needs `pages` or `frames`, such as `pages: all`']],
  [{ name: 'web', copy: true, widths: [9], encode: ['png'], animated: 'keep', pages: 2 }, {}, [
    ...['widths', 'encode', 'animated', 'pages'].map((member) => `  variants[0].${member}: a copy has the upload’s bytes: ${member} cannot change them`),
  ]],
  [{ name: 'web' }, {}, ['  variants[0].steps: is missing: expected a list, or copy: true']],
  [{ name: 'web', steps: [], encode: ['png', 'png'] }, {}, ['  variants[0].encode[1]: png is in the list already: names of pictures must differ']],
  [{ name: 'web', copy: true }, { formats: ['jpeg', 'svg'] }, ['  variants[0].copy: a copy of an SVG could carry scripts to browsers: give it a `when` with the other formats']],
  [{ name: 'web', steps: [] }, { decoders: { pdf: { dpi: 72 } } }, ['  decoders.pdf: needs pdf in the recipe’s formats']],
])('%j with %j: each problem once, with its whole path', (variant, more, expected) => {
  expect(problems(variant, more)).toEqual(expected);
}); // prettier-ignore

test.each([
  [76, `(recipe "${'n'.repeat(76)}")`],
  [78, `(recipe "${'n'.repeat(78)}")`],
  [79, `(recipe "${'n'.repeat(79)}…)`],
])('a name of %i characters is shown up to its 80th character', (length, shown) => {
  const checked = check<unknown>(recipeSchema, { name: 'n'.repeat(length), variants: [] });
  const lines = checked.ok ? [] : checked.problems.split('\n');
  expect(lines.at(-1)).toMatch(new RegExp(`${shown.replaceAll(/[()]/g, '\\$&')}$`));
});

test('an item that is not right says what is wrong with the one member that is meant', () => {
  const when = { width: { min: 5, max: 4 } };
  expect(problems({ name: 'web', steps: [], when })).toEqual([
    '  variants[0].when.width: min (5) is above max (4)',
  ]);
  expect(problems({ name: 'web', steps: [], pages: { evenly: 0 } })).toEqual([
    '  variants[0].pages.evenly: Too small: expected number to be >=1, got 0',
  ]);
  expect(problems({ name: 'web', steps: [], pages: { evenly: 3, odd: 1 } })).toEqual([
    '  variants[0].pages.odd: unknown key; allowed: evenly',
  ]);
});

test('names are those of the recipe and the variant that a problem is in, and of no other', () => {
  const recipes = [
    { name: 'one', variants: [{ name: 'web', steps: [{ flip: { name: 'x' } }] }] },
    { name: 'two', variants: [{ name: 'Web', steps: [] }], match: { name: 5 } },
  ];
  const checked = check<unknown>(settingsSchema, { recipes });
  expect(checked.ok ? [] : checked.problems.split('\n').map((line) => /\(recipe.*/.exec(line)?.[0])).toEqual([
    '(recipe "one", variant "web")',
    '(recipe "two")',
    '(recipe "two")',
  ]);
}); // prettier-ignore
