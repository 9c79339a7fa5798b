/** Builds the npm package of the command line in `dist/package`. Nx runs it after the function's bundle and the console. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle, type Plugin } from 'esbuild';

const PROJECT = path.resolve(import.meta.dirname, '..');
const CHECKOUT = path.resolve(PROJECT, '../..');
const DIST = path.join(PROJECT, 'dist');
const PACKAGE = path.join(DIST, 'package');

/**
 * Modules that start by their own path: the command, the worker of `render`, and the local stack of `dev` with its
 * program, the program's thread and the runtime of the function.
 */
const ENTRIES = {
  main: 'apps/cli/src/main.ts',
  'render-photo': 'libs/rendering/src/render-photo.ts',
  local: 'apps/local/src/main.ts',
  program: 'apps/infra/src/program.ts',
  'pulumi-sdk': 'apps/infra/src/pulumi-sdk.ts',
  'program-worker': 'libs/local-pulumi/src/engine/program-worker.ts',
  'supervised-bootstrap': 'libs/local-lambda/src/supervised-bootstrap.mjs',
  bootstrap: 'libs/local-lambda/src/bootstrap.mjs',
};

/** Native, or with files that they find by their own path. */
const DEPENDENCIES = ['esbuild', 'img-comparison-slider', 'sharp', 'tinypool'];

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = (folder: string) =>
  JSON.parse(readFileSync(path.join(CHECKOUT, folder, 'package.json'), 'utf8')) as Manifest;

/** The published package.json. */
function publishedManifest(): object {
  const versions = {
    ...manifest('libs/transforms').dependencies,
    ...manifest('libs/rendering').dependencies,
    ...manifest('apps/infra').dependencies,
    ...manifest('apps/cli').dependencies,
  };
  return {
    name: '@darkroom/cli',
    version: manifest('apps/cli').version,
    description: 'Operates an image pipeline in your own AWS account, and tries its recipes',
    license: 'MIT',
    keywords: ['darkroom', 'aws', 'images', 'lambda', 'cli'],
    type: 'module',
    bin: { darkroom: 'main.mjs' },
    exports: { './package.json': './package.json' },
    engines: { node: '>=24' },
    dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, versions[name]])),
  };
}

/** The embedded AWS loads internal modules of the emulator by their paths, which a bundle does not have. */
const bundleEmulator: Plugin = {
  name: 'bundle-emulator',
  setup(build) {
    build.onLoad({ filter: /embedded-aws[/\\]src[/\\]fauxqs\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      const entry = import.meta.resolve('fauxqs');
      const bundled = text
        .replace("import.meta.resolve('fauxqs')", "''")
        .replaceAll(/\bload\('(?<module>[\w/]+\.js)'\)/g, (_, module: string) => {
          return `import(${JSON.stringify(fileURLToPath(new URL(module, entry)))})`;
        });
      if (bundled.includes("resolve('fauxqs')") || /await load\(/.test(bundled))
        throw new Error(`${file} loads the emulator in a way that this plugin does not know`);
      return { contents: bundled, loader: 'ts' };
    });
  },
};

/** Pulumi needs TypeScript to serialize functions, which the program does not do. */
const withoutTypeScript: Plugin = {
  name: 'without-typescript',
  setup(build) {
    build.onLoad({ filter: /@pulumi[/\\]pulumi[/\\]typescript-shim\.js$/ }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

rmSync(DIST, { recursive: true, force: true });
mkdirSync(PACKAGE, { recursive: true });
const { metafile } = await bundle({
  absWorkingDir: CHECKOUT,
  entryPoints: ENTRIES,
  outdir: PACKAGE,
  bundle: true,
  // All files are in one folder: modules find each other by URLs such as `./render-photo.mjs`.
  splitting: true,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  // As in apps/resizer/esbuild.config.mjs.
  conditions: ['bundled', 'module'],
  loader: { '.wasm': 'binary' },
  minify: true,
  keepNames: true,
  legalComments: 'none',
  external: [...DEPENDENCIES, 'supports-color', 'typescript', 'ts-node', 'node-gyp'],
  // CommonJS packages in an ES module need these.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
      'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
    ].join(''),
  },
  plugins: [bundleEmulator, withoutTypeScript],
  logLevel: 'error',
  metafile: true,
});
chmodSync(path.join(PACKAGE, 'main.mjs'), 0o755);
// Package tests read it.
const meta = path.join(DIST, 'meta.json');
writeFileSync(meta, JSON.stringify(metafile));
execFileSync(
  process.execPath,
  [
    'apps/resizer/package/main.ts',
    'cli-notices',
    meta,
    path.join(PACKAGE, 'THIRD-PARTY-NOTICES.txt'),
  ],
  { cwd: CHECKOUT, stdio: 'inherit' },
);

cpSync(path.join(CHECKOUT, 'apps/resizer/dist/bundle'), path.join(PACKAGE, 'function'), {
  recursive: true,
  filter: (file) => path.basename(file) !== 'meta.json' && !file.endsWith('.map'),
});
cpSync(path.join(CHECKOUT, 'apps/console/dist'), path.join(PACKAGE, 'console'), {
  recursive: true,
  filter: (file) => path.basename(file) !== 'meta.json' && !file.endsWith('.map'),
});
for (const file of ['LICENSE', 'Pulumi.local.yaml', 'docs/cli.md'])
  cpSync(path.join(CHECKOUT, file), path.join(PACKAGE, file));
cpSync(path.join(PROJECT, 'npm'), PACKAGE, { recursive: true });
writeFileSync(
  path.join(PACKAGE, 'package.json'),
  `${JSON.stringify(publishedManifest(), null, 2)}\n`,
);
