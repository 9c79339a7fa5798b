import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { check, format } from 'prettier';
import { expect, test } from 'vitest';
import { SettingsError } from '@darkroom/pipeline';
import {
  checkStackFile,
  readRecipe,
  recipesOfFile,
  recipesOfSettings,
  stackFileOf,
  withRecipe,
} from './recipe-text.ts';

const CHECKOUT = path.resolve(import.meta.dirname, '../../../..');
const stackFile = (name: string) => readFile(path.join(CHECKOUT, `Pulumi.${name}.yaml`), 'utf8');

const avatars = `# Square pictures of people
name: avatars
match: { prefix: avatars/ }
variants:
  - name: small
    steps:
      - rotate: auto # as the camera was held
      - resize: { width: 64, height: 64 }
`;

/** The text that a problem marks. */
function marked(text: string): string[] {
  return readRecipe(text).problems.map(
    ({ from, to, message }) => `${text.slice(from, to)} | ${message}`,
  );
}

test('reads a recipe', () => {
  expect(readRecipe(avatars)).toMatchObject({ problems: [], recipe: { name: 'avatars' } });
});

test('marks the key and the value of a wrong option', () => {
  expect(marked(avatars.replace('width: 64', 'width: -1'))).toEqual([
    expect.stringMatching(/^width: -1 \| Too small/),
  ]);
});

test('marks an unknown key, and the map of a missing one', () => {
  expect(marked(avatars.replace('resize:', 'rezise:'))).toEqual([
    expect.stringMatching(/^rezise: .* \| unknown transform "rezise"/),
  ]);
  expect(marked(avatars.replace('  - name: small\n    steps', '  - steps'))).toEqual([
    expect.stringMatching(/^steps:? ?\| .*is missing/),
  ]);
});

test('marks a mistake of YAML at its place', () => {
  const [problem] = readRecipe('name: [a').problems;
  expect(problem?.from).toBeGreaterThan(5);
  expect(readRecipe('name: *gone').problems).toHaveLength(1);
});

test.each(['local', 'dev', 'prod'])(
  'takes the recipes of Pulumi.%s.yaml apart, and puts each back without a change',
  async (name) => {
    const file = await stackFile(name);
    const recipes = recipesOfFile(file);
    expect(recipes.length).toBeGreaterThan(0);
    for (const recipe of recipes) {
      expect(readRecipe(recipe.text).problems).toEqual([]);
      expect(withRecipe(file, recipe)).toBe(file);
    }
  },
);

test('replaces a recipe, and keeps comments and formatting of all others', async () => {
  const file = await stackFile('local');
  const [photos] = recipesOfFile(file);
  const text = `${photos?.text.replace('quality: 80', 'quality: 70')}`;
  const changed = withRecipe(file, { name: 'photos', text });
  expect(changed).toBe(file.replace('quality: 80', 'quality: 70'));
  expect(await check(changed ?? '', { parser: 'yaml', singleQuote: true, printWidth: 100 })).toBe(
    true,
  );
});

test('adds a new recipe before the others, with its comments, in the format of the file', async () => {
  const file = await stackFile('prod');
  const changed =
    withRecipe(file, { name: 'portraits', text: avatars.replace('avatars', 'portraits') }) ?? '';
  expect(recipesOfFile(changed).map(({ name }) => name)).toEqual([
    'portraits',
    'avatars',
    'photos',
  ]);
  expect(changed).toContain('      # Square pictures of people\n      - name: portraits\n');
  expect(changed).toContain('      - rotate: auto # as the camera was held\n');
  expect(await format(changed, { parser: 'yaml', singleQuote: true, printWidth: 100 })).toBe(
    changed,
  );
  expect(checkStackFile(changed, 'file').recipes).toHaveLength(3);
});

test('makes the file of a stack that has none', () => {
  const written = { recipes: [{ name: 'photos', variants: [{ name: 'web', steps: ['flop'] }] }] };
  const file = stackFileOf(recipesOfSettings(written));
  const changed = withRecipe(file, { name: 'avatars', text: avatars }) ?? '';
  expect(checkStackFile(changed, 'file').recipes.map(({ name }) => name)).toEqual([
    'avatars',
    'photos',
  ]);
  expect(recipesOfSettings('something else')).toEqual([]);
});

test('a recipe that the file cannot have is an error of the settings', async () => {
  const file = (await stackFile('local')).replace('batchSize: 2', 'batchSize: 9000');
  expect(() => checkStackFile(file, 'file')).toThrow(SettingsError);
  expect(withRecipe('config: {}\n', { name: 'avatars', text: avatars })).toBeUndefined();
});
