import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import type { LocalOptions } from './options.ts';

/** The parts of the local stack in the package of the command line, which has no checkout. */
export type PackedParts = NonNullable<LocalOptions['packed']>;

/**
 * @param folder of the running module: in the package, all parts are next to it
 * @returns undefined in a checkout
 */
export function packedParts(folder: string): PackedParts | undefined {
  const program = path.join(folder, 'program.mjs');
  if (!existsSync(program)) return undefined;
  return {
    program,
    sdk: path.join(folder, 'pulumi-sdk.mjs'),
    consoleDir: path.join(folder, 'console'),
    stackFiles: folder,
    functionPackage: (dataDir) => functionPackage(path.join(folder, 'function'), dataDir),
  };
}

interface SharpManifest {
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/**
 * Makes the function's package for this machine: the bundle, and the native files of the installed sharp. A folder
 * of its own runs without the package's `node_modules`, as in Lambda.
 */
async function functionPackage(bundle: string, dataDir: string): Promise<string> {
  const manifest = findPackageJSON('sharp', import.meta.url);
  if (manifest === undefined) throw new Error('npm has not installed sharp');
  const { optionalDependencies } = JSON.parse(await readFile(manifest, 'utf8')) as SharpManifest;
  const target = path.join(dataDir, 'function');
  const unfinished = `${target}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  await cp(bundle, unfinished, { recursive: true });
  for (const name of Object.keys(optionalDependencies)) {
    const folder = folderOf(name, manifest);
    if (folder === undefined) continue;
    await cp(folder, path.join(unfinished, 'node_modules', name), {
      recursive: true,
      dereference: true,
    });
  }
  await rm(target, { recursive: true, force: true });
  await rename(unfinished, target);
  return target;
}

/** npm installs the native packages of one platform. */
function folderOf(name: string, from: string): string | undefined {
  try {
    const manifest = findPackageJSON(name, from);
    return manifest && path.dirname(manifest);
  } catch {
    return undefined;
  }
}
