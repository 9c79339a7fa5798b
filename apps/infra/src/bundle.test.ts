import path from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the program knows every transform and its options, and loads no native code for it', async () => {
  const { metafile } = await build({
    entryPoints: [path.join(import.meta.dirname, 'program.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    external: ['@pulumi/*'],
    logLevel: 'silent',
  });
  const modules = [
    ...Object.keys(metafile.inputs),
    ...Object.values(metafile.inputs).flatMap(({ imports }) => imports.map((one) => one.path)),
  ];
  expect(modules.filter((module) => module.includes('builtin/resize.ts'))).not.toEqual([]);
  expect(
    modules.filter((module) => /(?:^|\/)(?:sharp|exifr)(?:$|\/)|\.node$/.test(module)),
  ).toEqual([]);
});
