/** Builds the npm package of the component in `dist/package`. Nx runs it after the function's packages (package.json). */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { authoringTypes, componentTypes } from './declarations.ts';
import { PACKAGE_SCHEMA, packageSchema } from './package-schema.ts';

const PROJECT = path.resolve(import.meta.dirname, '..');
const CHECKOUT = path.resolve(PROJECT, '../..');
const PACKAGE = path.join(PROJECT, 'dist/package');
/** The oldest Node that Pulumi supports. */
const NODE = 'node20';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = (folder: string) =>
  JSON.parse(readFileSync(path.join(CHECKOUT, folder, 'package.json'), 'utf8')) as Manifest;

/** Compatible versions from this one on. The program has its own copy, which the component must share. */
function peer(name: string): string {
  return `^${manifest('apps/infra').dependencies[name] ?? ''}`;
}

/** The published package.json. */
function publishedManifest(): object {
  const { name, version } = manifest('apps/pulumi');
  const entry = (file: string) => ({ types: `./${file}.d.ts`, default: `./${file}.js` });
  return {
    name,
    version,
    description: 'An image pipeline in your own AWS account, as a Pulumi component',
    license: 'MIT',
    keywords: ['pulumi', 'aws', 'images', 'lambda', 'component'],
    main: './index.js',
    types: './index.d.ts',
    exports: {
      '.': entry('index'),
      './transforms': entry('transforms'),
      './package.json': './package.json',
    },
    engines: { node: '>=20' },
    dependencies: {
      esbuild: manifest('libs/pipeline').dependencies['esbuild'],
      zod: manifest('apps/pulumi').dependencies['zod'],
    },
    peerDependencies: {
      '@pulumi/aws': peer('@pulumi/aws'),
      '@pulumi/pulumi': peer('@pulumi/pulumi'),
      // Types of transforms only.
      sharp: `^${manifest('libs/transforms').dependencies['sharp'] ?? ''}`,
    },
    peerDependenciesMeta: { sharp: { optional: true } },
  };
}

rmSync(PACKAGE, { recursive: true, force: true });
mkdirSync(PACKAGE, { recursive: true });
const { metafile } = await build({
  absWorkingDir: CHECKOUT,
  entryPoints: ['index', 'plugin', 'transforms'].map((name) => `apps/pulumi/src/${name}.ts`),
  outdir: PACKAGE,
  bundle: true,
  // Programs of Pulumi are CommonJS by default. An ES module can import this, too.
  format: 'cjs',
  platform: 'node',
  target: NODE,
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  // The engine loads fontkit for text. A preview never does.
  external: ['@pulumi/*', 'esbuild', 'fontkit', 'sharp', 'zod'],
  legalComments: 'inline',
  metafile: true,
});
// Package tests read it.
writeFileSync(path.join(PROJECT, 'dist/meta.json'), JSON.stringify(metafile));

for (const folder of ['arm64', 'x86_64'].flatMap((name) => [name, `${name}-decoders`]))
  cpSync(path.join(CHECKOUT, 'apps/resizer/dist', folder), path.join(PACKAGE, 'function', folder), {
    recursive: true,
  });
for (const file of ['LICENSE', 'THIRD-PARTY-NOTICES.txt'])
  cpSync(path.join(CHECKOUT, file), path.join(PACKAGE, file));
cpSync(path.join(PROJECT, 'npm'), PACKAGE, { recursive: true });
const { version } = manifest('apps/pulumi');
writeFileSync(
  path.join(PACKAGE, PACKAGE_SCHEMA),
  JSON.stringify({ ...packageSchema(CHECKOUT), version }),
);
writeFileSync(path.join(PACKAGE, 'index.d.ts'), await componentTypes(CHECKOUT));
writeFileSync(path.join(PACKAGE, 'transforms.d.ts'), await authoringTypes(CHECKOUT));
writeFileSync(
  path.join(PACKAGE, 'package.json'),
  `${JSON.stringify(publishedManifest(), null, 2)}\n`,
);
