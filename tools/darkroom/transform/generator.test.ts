import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { describe, expect, test } from 'vitest';
import transformGenerator from './generator.ts';

const CHECKOUT = path.join(import.meta.dirname, '../../..');

/** The files of this checkout that the generator reads and changes. */
const FILES = [
  'tsconfig.json',
  'libs/transforms/package.json',
  'libs/transforms/src/builtin/blur.ts',
  'libs/pipeline/package.json',
  'libs/pipeline/tsconfig.json',
  'libs/pipeline/src/catalog.ts',
];

function checkout(): Tree {
  const tree = createTreeWithEmptyWorkspace({ formatter: 'prettier' });
  for (const file of FILES) tree.write(file, readFileSync(path.join(CHECKOUT, file)));
  return tree;
}

async function generated(name: string): Promise<Tree> {
  const tree = checkout();
  await transformGenerator(tree, { name });
  return tree;
}

test('a transform is a library of its own', async () => {
  const tree = await generated('trialfilter');
  const root = 'libs/transform-trialfilter';
  const files = (folder: string): string[] =>
    tree
      .children(folder)
      .flatMap((child) =>
        tree.isFile(`${folder}/${child}`) ? [`${folder}/${child}`] : files(`${folder}/${child}`),
      );
  expect(files(root).sort()).toEqual(
    [
      'README.md',
      'package.json',
      'src/trialfilter.test.ts',
      'src/trialfilter.ts',
      'tsconfig.json',
      'vitest.config.mjs',
    ].map((file) => `${root}/${file}`),
  );
  for (const file of files(root)) expect(tree.read(file, 'utf8'), file).not.toContain('<%');
  const transforms = readJson<{ dependencies: object }>(tree, 'libs/transforms/package.json');
  expect(readJson(tree, `${root}/package.json`)).toMatchObject({
    name: '@darkroom/transform-trialfilter',
    exports: { '.': './src/trialfilter.ts' },
    nx: { name: 'transform-trialfilter', tags: ['room:plugin'] },
    dependencies: { zod: (transforms.dependencies as { zod: string }).zod },
  });
});

test('is registered wherever the workspace has to know of it', async () => {
  const tree = await generated('old-film');
  const catalog = tree.read('libs/pipeline/src/catalog.ts', 'utf8') ?? '';
  expect(catalog).toContain("import { oldFilm } from '@darkroom/transform-old-film';");
  expect(catalog.replaceAll(/\s+/g, ' ')).toMatch(
    /createCatalog\(\[ ?\.\.\.builtinTransforms, .*, oldFilm,? ?\]\)/,
  );
  expect(readJson(tree, 'libs/pipeline/package.json')).toMatchObject({
    dependencies: { '@darkroom/transform-old-film': '0.1.0' },
  });
  expect(
    readJson<{ references: unknown }>(tree, 'libs/pipeline/tsconfig.json').references,
  ).toContainEqual({
    path: '../transform-old-film',
  });
  expect(readJson<{ references: unknown }>(tree, 'tsconfig.json').references).toContainEqual({
    path: './libs/transform-old-film',
  });
});

test('imports and dependencies stay in order', async () => {
  const tree = await generated('emboss');
  const catalog = tree.read('libs/pipeline/src/catalog.ts', 'utf8') ?? '';
  const imports = [...catalog.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
  expect(imports).toEqual([...imports].sort());
  const { dependencies } = readJson<{ dependencies: object }>(tree, 'libs/pipeline/package.json');
  expect(Object.keys(dependencies)).toEqual(Object.keys(dependencies).sort());
});

describe('a name', () => {
  test.each(['Vignette', '9lives', 'a_b', 'a--b', '-a', 'a/b', '../a', ''])(
    '"%s" is refused',
    async (name) => {
      await expect(generated(name)).rejects.toThrow(
        `${JSON.stringify(name)}: a transform's name is lower-case letters, digits and inner hyphens`,
      );
    },
  );

  test('that a built-in transform has is refused', async () => {
    await expect(generated('blur')).rejects.toThrow('"blur" is taken by');
  });

  test('that was taken before is refused', async () => {
    const tree = await generated('trialfilter');
    await expect(transformGenerator(tree, { name: 'trialfilter' })).rejects.toThrow(
      'there is a transform "trialfilter" already: libs/transform-trialfilter',
    );
  });

  test.each([
    ['switch', '"switch" is a word of TypeScript'],
    [
      'create-catalog',
      '"createCatalog" means something else in libs/pipeline/src/catalog.ts already',
    ],
  ])('that cannot be a variable of the catalog is refused: %s', async (name, message) => {
    await expect(generated(name)).rejects.toThrow(message);
  });
});

test('a catalog without the list is an error that says so', async () => {
  const tree = checkout();
  tree.write('libs/pipeline/src/catalog.ts', 'export const catalog = createCatalog(everything);\n');
  await expect(transformGenerator(tree, { name: 'trialfilter' })).rejects.toThrow(
    'libs/pipeline/src/catalog.ts has no list createCatalog([…]) to add trialfilter to',
  );
});
