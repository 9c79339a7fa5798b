/** The policy evaluator is licensed under the AGPL. Only these tests use it, and no product contains it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../testing/workspace.ts';

const EVALUATOR = /@cloud-copilot\//;

test.each([
  'apps/resizer/src/handler.ts',
  'apps/infra/src/program.ts',
  'apps/local/src/main.ts',
  'apps/console/src/main.tsx',
  'apps/cli/src/main.ts',
  'apps/policy/src/pack.ts',
  'tools/deploy/main.ts',
])('%s does not import it', async (entry) => {
  const { metafile } = await build({
    entryPoints: [path.join(CHECKOUT, entry)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    // Packages stay external, except those of the workspace.
    plugins: [
      {
        name: 'packages',
        setup: (esbuild) =>
          esbuild.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === 'entry-point' || name.startsWith('@darkroom/')
              ? undefined
              : { external: true },
          ),
      },
    ],
    loader: { '.css': 'empty', '.html': 'empty' },
    logLevel: 'silent',
    outdir: 'unused',
  });
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.map((one) => one.path),
  );
  expect(imported.length).toBeGreaterThan(10);
  expect(imported.filter((name) => EVALUATOR.test(name))).toEqual([]);
});

test('only this project lists it, as a development dependency', async () => {
  const { packages } = JSON.parse(
    await readFile(path.join(CHECKOUT, 'package-lock.json'), 'utf8'),
  ) as { packages: Record<string, Record<string, Record<string, string>>> };
  const dependants = Object.entries(packages)
    .filter(([folder]) => !folder.includes('node_modules/'))
    .flatMap(([folder, { dependencies = {}, devDependencies = {} }]) => [
      ...Object.keys(dependencies).map((name) => ({ folder, name, kind: 'dependency' })),
      ...Object.keys(devDependencies).map((name) => ({ folder, name, kind: 'devDependency' })),
    ])
    .filter(({ name }) => EVALUATOR.test(name));
  expect(dependants).toEqual([
    { folder: 'lab', name: '@cloud-copilot/iam-simulate', kind: 'devDependency' },
  ]);
});
