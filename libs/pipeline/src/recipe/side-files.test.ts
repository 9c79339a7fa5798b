import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limitsSchema } from '../contract/limits.ts';
import { recipeHash } from './recipe-hash.ts';
import { recipesSchema } from './recipe.ts';
import { MAX_SIDE_FILE_BYTES, pinSideFiles, sideFilesFrom, sideFilesOf } from './side-files.ts';

const limits = limitsSchema.parse({});
const marked = (...images: string[]) =>
  recipesSchema.parse([
    {
      name: 'photos',
      variants: images.map((image, index) => ({
        name: `v${index}`,
        steps: [{ watermark: { image } }],
      })),
    },
  ]);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'assets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const hashes = (...images: string[]) =>
  pinSideFiles(marked(...images), folder).map((recipe) => recipeHash(recipe, limits));

test('the steps say what they read, each file once, by where it stands', () => {
  const recipes = marked('b.png', 's3:brand/a.png', 'b.png', 'a.png');
  expect(sideFilesOf(recipes)).toEqual(['a.png', 'b.png', 's3:brand/a.png']);
  expect(sideFilesFrom('bundle', recipes)).toEqual(['a.png', 'b.png']);
  expect(sideFilesFrom('bucket', recipes)).toEqual(['brand/a.png']);
});

test('a changed file changes the hash of the recipe that reads it', async () => {
  await mkdir(path.join(folder, 'brand'));
  await writeFile(path.join(folder, 'brand/logo.png'), 'old');
  const old = hashes('brand/logo.png');
  expect(hashes('brand/logo.png')).toEqual(old);
  await writeFile(path.join(folder, 'brand/logo.png'), 'new');
  expect(hashes('brand/logo.png')).not.toEqual(old);
});

test('recipes without bundled files stay as they are', () => {
  const recipes = marked('s3:brand/logo.png');
  expect(pinSideFiles(recipes, folder)).toEqual(recipes);
});

test('a hash that leaves a bundled file out is refused', () => {
  const [recipe] = marked('logo.png');
  expect(() => recipe && recipeHash(recipe, limits)).toThrow(
    'recipe "photos": the content of logo.png is not known here (pinSideFiles)',
  );
});

test('a file that is not there is told with the step that reads it', () => {
  expect(() => pinSideFiles(marked('s3:logo.png', 'logo.png'), folder)).toThrow(
    `recipe photos, variant v1, step 0 (watermark.image): the side file ${path.join(folder, 'logo.png')} is not there`,
  );
});

test('a font is told, too', () => {
  const recipes = recipesSchema.parse([
    { name: 'a', variants: [{ name: 'v', steps: [{ watermark: { text: 'A', font: 'a.ttf' } }] }] },
  ]);
  expect(() => pinSideFiles(recipes, folder)).toThrow(
    expect.objectContaining({ name: 'SideFileError', code: 'SIDE_FILE' }),
  );
  expect(() => pinSideFiles(recipes, folder)).toThrow('step 0 (watermark.font): the side file');
});

test('a folder is no side file', async () => {
  await mkdir(path.join(folder, 'logo.png'));
  expect(() => pinSideFiles(marked('logo.png'), folder)).toThrow(/logo\.png is no file$/);
});

test('a file that is too large is refused without reading it', async () => {
  await writeFile(path.join(folder, 'logo.png'), '');
  await truncate(path.join(folder, 'logo.png'), MAX_SIDE_FILE_BYTES + 1);
  expect(() => pinSideFiles(marked('logo.png'), folder)).toThrow(
    /has 16,777,217 bytes, at most 16,777,216 are read$/,
  );
  await truncate(path.join(folder, 'logo.png'), MAX_SIDE_FILE_BYTES);
  expect(hashes('logo.png')).toHaveLength(1);
});
