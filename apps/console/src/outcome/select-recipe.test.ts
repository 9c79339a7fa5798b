import { expect, test } from 'vitest';
import { selectRecipe } from './select-recipe.ts';

const recipes = [
  { name: 'avatars', match: { prefix: 'uploads/avatars/' }, variants: ['small'] },
  { name: 'scans', match: { prefix: 'uploads/', suffixes: ['.tif', '.tiff'] }, variants: ['page'] },
  { name: 'photos', match: { prefix: 'uploads/' }, variants: ['thumb'] },
];

test.each([
  ['uploads/avatars/a.jpg', 'avatars'],
  ['uploads/a.tiff', 'scans'],
  ['uploads/a.jpg', 'photos'],
  ['uploads/A.TIFF', 'photos'],
  ['elsewhere/a.jpg', undefined],
  ['uploads/folder/', undefined],
])('%s is for %s', (key, name) => {
  expect(selectRecipe(recipes, key)?.name).toBe(name);
});
