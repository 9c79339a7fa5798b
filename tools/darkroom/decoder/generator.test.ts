import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { expect, test } from 'vitest';
import decoderGenerator from './generator.ts';

const CHECKOUT = path.join(import.meta.dirname, '../../..');

/** The files of this checkout that the generator reads and changes. */
const FILES = [
  'tsconfig.json',
  'libs/transforms/package.json',
  'libs/pipeline/package.json',
  'libs/pipeline/tsconfig.json',
  'libs/pipeline/src/catalog.ts',
  'libs/decoder-heic/package.json',
];

async function generated(name: string): Promise<Tree> {
  const tree = createTreeWithEmptyWorkspace({ formatter: 'prettier' });
  for (const file of FILES) tree.write(file, readFileSync(path.join(CHECKOUT, file)));
  await decoderGenerator(tree, { name });
  return tree;
}

test('a decoder is a library with a README, a licence note and tests', async () => {
  const tree = await generated('trial-map');
  const root = 'libs/decoder-trial-map';
  const files = ['README.md', 'package.json', 'tsconfig.json', 'vitest.config.mjs'];
  const sources = ['trial-map-file.ts', 'trial-map.test.ts', 'trial-map.ts'];
  expect(tree.children(root).sort()).toEqual([...files, 'src'].sort());
  expect(tree.children(`${root}/src`).sort()).toEqual(sources);
  for (const file of [...files, ...sources.map((source) => `src/${source}`)])
    expect(tree.read(`${root}/${file}`, 'utf8'), file).not.toContain('<%');
  expect(tree.read(`${root}/README.md`, 'utf8')).toContain('## Licence');
  expect(readJson(tree, `${root}/package.json`)).toEqual({
    name: '@darkroom/decoder-trial-map',
    version: '0.1.0',
    private: true,
    type: 'module',
    exports: { '.': './src/trial-map.ts' },
    nx: { name: 'decoder-trial-map', tags: ['room:plugin'] },
    dependencies: { '@darkroom/transforms': '0.1.0' },
  });
});

test('is in the list of decoders, and the workspace knows it', async () => {
  const tree = await generated('trial-map');
  const catalog = tree.read('libs/pipeline/src/catalog.ts', 'utf8') ?? '';
  expect(catalog).toContain("import { trialMap } from '@darkroom/decoder-trial-map';");
  expect(catalog).toMatch(/listDecoders\(\[.*heic, .*trialMap\]\)/);
  expect(readJson(tree, 'libs/pipeline/package.json')).toMatchObject({
    dependencies: { '@darkroom/decoder-trial-map': '0.1.0' },
  });
  for (const [file, reference] of [
    ['libs/pipeline/tsconfig.json', '../decoder-trial-map'],
    ['tsconfig.json', './libs/decoder-trial-map'],
  ] as const) {
    const { references } = readJson<{ references: unknown }>(tree, file);
    expect(references).toContainEqual({ path: reference });
  }
});

test.each([
  ['Tiny', `"Tiny": a decoder's name is lower-case letters, digits and inner hyphens`],
  ['heic', 'a decoder "heic" already exists: libs/decoder-heic'],
  ['switch', '"switch" is a word of TypeScript'],
])('a decoder cannot have the name "%s"', async (name, message) => {
  await expect(generated(name)).rejects.toThrow(message);
});
