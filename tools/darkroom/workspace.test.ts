import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import decoderGenerator from './decoder/generator.ts';
import transformGenerator from './transform/generator.ts';

const CHECKOUT = path.join(import.meta.dirname, '../..');
/** What a plugin's own checks need of the checkout. */
const COPIED = ['libs', 'tools/vitest', 'tsconfig.base.json', 'tsconfig.json', 'package.json'];
const NOT_COPIED = new Set(['node_modules', 'out-tsc', 'test-results', 'dist']);

let workspace: string;

beforeAll(async () => {
  workspace = await mkdtemp(path.join(os.tmpdir(), 'darkroom-generator-'));
  for (const name of COPIED) {
    await cp(path.join(CHECKOUT, name), path.join(workspace, name), {
      recursive: true,
      filter: (source) => !NOT_COPIED.has(path.basename(source)),
    });
  }
  await generate(transformGenerator, 'trialfilter');
  await generate(decoderGenerator, 'trial-map');
  await linkPackages();
});

afterAll(() => rm(workspace, { recursive: true, force: true }));

/** Runs the generator on the files that it changes, and writes them as `nx g` would. */
async function generate(
  generator: (tree: Tree, options: { readonly name: string }) => Promise<unknown>,
  name: string,
): Promise<void> {
  const tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
  for (const file of [
    'tsconfig.json',
    'libs/transforms/package.json',
    'libs/pipeline/package.json',
    'libs/pipeline/tsconfig.json',
    'libs/pipeline/src/catalog.ts',
  ]) {
    tree.write(file, await readFile(path.join(workspace, file)));
  }
  await generator(tree, { name });
  for (const { path: file, content } of tree.listChanges()) {
    if (!file.startsWith('libs/')) continue;
    await mkdir(path.dirname(path.join(workspace, file)), { recursive: true });
    await writeFile(path.join(workspace, file), content ?? '');
  }
}

/** What `npm install` does in the generator's callback, without a registry. */
async function linkPackages(): Promise<void> {
  const installed = path.join(CHECKOUT, 'node_modules');
  const links = path.join(workspace, 'node_modules');
  await mkdir(path.join(links, '@darkroom'), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== '@darkroom') await symlink(path.join(installed, name), path.join(links, name));
  }
  for (const name of await readdir(path.join(workspace, 'libs'))) {
    await symlink(path.join(workspace, 'libs', name), path.join(links, '@darkroom', name));
  }
}

/** @throws Error with what the program said, when it fails */
function run(folder: string, module: string, ...args: readonly string[]): void {
  const script = path.join(CHECKOUT, 'node_modules', module);
  const cwd = path.join(workspace, folder);
  execFileSync(process.execPath, [script, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

test.each([
  ['libs/transform-trialfilter', 7],
  ['libs/decoder-trial-map', 7],
])('the tests of %s pass', async (library, tests) => {
  run(library, 'vitest/vitest.mjs', 'run');
  const file = path.join(workspace, library, 'test-results/vitest.json');
  const report = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  expect(report).toMatchObject({ success: true, numFailedTests: 0 });
  expect(report['numPassedTests']).toBeGreaterThanOrEqual(tests);
});

test.each(['libs/transform-trialfilter', 'libs/decoder-trial-map'])('%s type-checks', (library) => {
  run(library, 'typescript/bin/tsc', '--build');
});

test('recipes may use both, and other transforms and decoders stay', () => {
  const said = execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { catalog, decodersOf, recipesSchema } from '@darkroom/pipeline';
       const variants = [{ name: 'dark', steps: [{ trialfilter: 0.7 }, 'dhash'] }];
       const formats = ['jpeg', 'heic', 'trial-map'];
       const [recipe] = recipesSchema.parse([{ name: 'photos', variants, formats }]);
       console.log(JSON.stringify([catalog.names, recipe.variants[0].steps, decodersOf([recipe]).map(({ name }) => name)]));`,
    ],
    { cwd: workspace, encoding: 'utf8' },
  );
  const [names, steps, decoders] = JSON.parse(said) as [string[], unknown[], string[]];
  expect(names).toEqual(expect.arrayContaining(['resize', 'pixelate', 'dhash', 'trialfilter']));
  expect(steps[0]).toEqual({ transform: 'trialfilter', options: { amount: 0.7 } });
  expect(decoders).toEqual(['heic', 'trial-map']);
});
