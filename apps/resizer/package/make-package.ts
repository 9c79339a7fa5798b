import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { copyRuntimeFiles } from './copy-runtime-files.ts';
import { decoderFiles } from './decoder-files.ts';
import { installLocked } from './install.ts';
import { inNodeModules, nativePackages, nativePackagesFor, readLockfile } from './lockfile.ts';
import { LICENCE, METAFILE, type Metafile, NOTICES } from './notices.ts';
import { PackagingError } from './packaging-error.ts';
import { LAMBDA_PLATFORMS, type Target } from './target.ts';

export interface PackageOptions {
  readonly target: Target;
  /** Folder of the checkout, with its `package-lock.json` and, for `host`, its `node_modules`. */
  readonly workspace: string;
  /** Folder with the bundled handler. */
  readonly bundle: string;
  /** The package's folder, which is replaced as a whole. */
  readonly output: string;
}

/**
 * Appended to the package's folder: folder of the decoders' files, one folder for each decoder. A deployment adds those
 * that its recipes need to the package.
 */
const DECODERS = '-decoders';

/**
 * Makes the function's package: the bundle, sharp's native files for the target, and the licences of both.
 * The same bundle and lockfile give the same names and bytes, on any machine.
 *
 * @throws PackagingError
 */
export async function makePackage(options: PackageOptions): Promise<void> {
  const { target, workspace, bundle, output } = options;
  const parent = path.dirname(output);
  await mkdir(parent, { recursive: true });
  const unfinished = await mkdtemp(path.join(parent, `.${target}-`));
  try {
    const made = path.join(unfinished, 'package');
    const decoders = path.join(unfinished, 'decoders');
    const ofDecoders = decoderFiles(await metafileOf(bundle), path.relative(workspace, bundle));
    const apart = new Set([METAFILE, ...[...ofDecoders.values()].flat()]);
    await cp(bundle, made, {
      recursive: true,
      filter: (file) => !apart.has(path.relative(bundle, file)),
    });
    await mkdir(decoders);
    for (const [name, files] of ofDecoders)
      for (const file of files)
        await cp(path.join(bundle, file), path.join(decoders, name, file), { recursive: true });
    const natives =
      target === 'host' ? installed(options) : await forLambda(target, options, unfinished);
    for (const [name, folder] of natives)
      await copyRuntimeFiles(folder, path.join(made, inNodeModules(name)));
    for (const name of [LICENCE, NOTICES])
      await copyFile(path.join(workspace, name), path.join(made, name));
    await replace(`${output}${DECODERS}`, decoders);
    await replace(output, made);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Nothing if the bundle has no metafile: then it has no decoders. */
async function metafileOf(bundle: string): Promise<Metafile> {
  const file = path.join(bundle, METAFILE);
  if (!existsSync(file)) return { outputs: {} };
  return JSON.parse(await readFile(file, 'utf8')) as Metafile;
}

/** A process that runs the old package keeps its files: they are unlinked, never written to. */
async function replace(output: string, made: string, attempts = 5): Promise<void> {
  try {
    await rm(output, { recursive: true, force: true });
    await rename(made, output);
  } catch (error) {
    // Two builds at once make the same: the later one wins.
    if (attempts === 1 || !existsSync(output)) throw error;
    await replace(output, made, attempts - 1);
  }
}

type Folders = readonly (readonly [name: string, folder: string])[];

async function forLambda(
  target: keyof typeof LAMBDA_PLATFORMS,
  { workspace }: PackageOptions,
  folder: string,
): Promise<Folders> {
  const platform = LAMBDA_PLATFORMS[target];
  const packages = nativePackagesFor(platform, readLockfile(workspace));
  const install = path.join(folder, 'install');
  await mkdir(install);
  await installLocked(packages, platform, install, workspace);
  return Object.keys(packages).map((name) => [name, path.join(install, inNodeModules(name))]);
}

/** `npm ci` has installed and verified those of this machine: a local run needs no network. */
function installed({ workspace }: PackageOptions): Folders {
  const found = nativePackages(readLockfile(workspace))
    .map((name) => [name, path.join(workspace, inNodeModules(name))] as const)
    .filter(([, folder]) => existsSync(folder));
  if (found.length > 0) return found;
  throw new PackagingError(
    'INCOMPLETE',
    'npm has installed no package of sharp for this machine: run `npm ci --include=optional`',
  );
}
