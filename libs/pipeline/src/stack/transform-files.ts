import { existsSync } from 'node:fs';
import { createRequire, isBuiltin, Module } from 'node:module';
import path from 'node:path';
import type * as esbuild from 'esbuild';
import { useOwnTransforms } from '../catalog.ts';
import { OwnTransformError, type OwnTransformModules, ownTransforms } from './own-transforms.ts';

/** The largest bundle of own transforms, bytes. Every start of the function reads it. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Bundles a pipeline's own transforms to one file for the function's package, and adds them to the catalog. The bundle
 * runs here as it runs in the function. The same sources give the same bytes in every folder.
 *
 * @param files relative to `folder`
 * @returns the content of `TRANSFORMS_FILE`, or undefined without files
 * @throws OwnTransformError that names the file. The catalog then has no own transforms.
 */
export function bundleTransformFiles(files: readonly string[], folder: string): string | undefined {
  useOwnTransforms([]);
  if (files.length === 0) return undefined;
  const code = bundle(files, folder);
  useTransformBundle(code, folder);
  return code;
}

/**
 * Adds the transforms of a bundle to the catalog.
 *
 * @throws OwnTransformError
 */
export function useTransformBundle(code: string, folder: string): void {
  useOwnTransforms(ownTransforms(evaluate(code, folder)));
}

function bundle(files: readonly string[], folder: string): string {
  for (const file of files)
    if (!existsSync(path.resolve(folder, file)))
      throw new OwnTransformError(`${file} does not exist in ${folder}`);
  // Loaded only here, because few pipelines have own transforms. The bundle of the component keeps it external.
  const { buildSync } = createRequire(import.meta.filename)('esbuild') as typeof esbuild;
  const imports = files.map((file, index) => `import * as m${index} from ${specifier(file)};`);
  const members = files.map((file, index) => `${JSON.stringify(file)}: m${index}`);
  try {
    const { outputFiles, metafile } = buildSync({
      stdin: {
        contents: `${imports.join('\n')}\nmodule.exports = { ${members.join(', ')} };`,
        resolveDir: folder,
        sourcefile: 'transforms',
      },
      absWorkingDir: folder,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      // Packages that have both are then tree-shaken.
      mainFields: ['module', 'main'],
      conditions: ['module', 'import'],
      external: ['sharp'],
      loader: { '.node': 'empty' },
      minify: true,
      keepNames: true,
      legalComments: 'inline',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    checkImports(metafile, folder);
    const [{ text = '', contents = new Uint8Array() } = {}] = outputFiles;
    if (contents.length > MAX_BYTES)
      throw new OwnTransformError(
        `the bundle of ${files.join(', ')} has ${contents.length} bytes, at most ${MAX_BYTES} are allowed`,
      );
    return text;
  } catch (error) {
    const { errors } = error as Partial<esbuild.BuildFailure>;
    if (!errors) throw error;
    const problems = errors.map(({ text, location }) =>
      location ? `${location.file}:${location.line}: ${text}` : text,
    );
    throw new OwnTransformError(problems.join('\n'), { cause: error });
  }
}

const specifier = (file: string) =>
  JSON.stringify(path.isAbsolute(file) || file.startsWith('.') ? file : `./${file}`);

/** Native code cannot be bundled, and runs on one platform only. */
function checkImports({ inputs }: esbuild.Metafile, folder: string): void {
  for (const [file, { imports }] of Object.entries(inputs)) {
    if (imports.some((one) => one.external && one.path === 'sharp'))
      throw new OwnTransformError(
        `${file} imports sharp: use the image that \`apply\` receives, or \`createImage\` of its context. ` +
          "`import type { Sharp } from 'sharp'` is allowed",
      );
    // esbuild lists its own helpers as `<runtime>`.
    const other = imports.find(
      (one) => one.external && !isBuiltin(one.path) && one.path !== '<runtime>',
    );
    if (other)
      throw new OwnTransformError(`${file} imports ${other.path}, which cannot be bundled`);
    if (file.endsWith('.node') || isNative(path.resolve(folder, file)))
      throw new OwnTransformError(`${file} is native code: only JavaScript can be bundled`);
  }
}

/** Whether a file belongs to an npm package that is compiled for each platform. */
function isNative(file: string): boolean {
  const [, packageFolder] = /^(.*node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)[/\\]/.exec(file) ?? [];
  return (
    packageFolder !== undefined &&
    ['binding.gyp', 'prebuilds'].some((name) => existsSync(path.join(packageFolder, name)))
  );
}

function evaluate(code: string, folder: string): OwnTransformModules {
  const file = path.join(folder, 'transforms.cjs');
  const loaded = new Module(file) as Module & { _compile(code: string, file: string): void };
  try {
    loaded._compile(code, file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OwnTransformError(`an own transform threw while it was loaded: ${reason}`, { cause });
  }
  return loaded.exports as OwnTransformModules;
}
