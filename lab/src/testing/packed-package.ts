import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from './workspace.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A package as `npm pack` makes it. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the tarball. */
  readonly tarball: string;
  /** Paths in the package, sorted, such as `package.json`. */
  readonly files: readonly string[];
  /** Bytes of the tarball. */
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

/** A folder outside the checkout that contains only installed packages. */
export interface InstalledPackages {
  readonly folder: string;
  readonly packed: readonly PackedPackage[];
  /**
   * Runs Node in the folder with the variables of this process.
   *
   * @throws the error of `execFile`, with `code`, `stdout` and `stderr`
   */
  node(
    args: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<{ stdout: string; stderr: string }>;
  /** Removes the folder and the tarballs. */
  remove(): Promise<void>;
}

/**
 * Packs packages with `npm pack` and installs the tarballs in an empty folder, as a user does. npm takes dependencies
 * from its cache if it can: `npm ci` of the checkout fills the cache.
 *
 * @param folders absolute paths of folders with a publishable package.json
 * @param options `manifest` is merged into the package.json of the empty folder, for example `{ type: 'module' }`.
 *   `lockfile`: path of a package-lock.json whose versions npm takes, if the file exists.
 *   `alias`: the name under which npm installs the first package; its own name by default.
 *   `peers`: npm installs peer dependencies, or they are links to the checkout's, which takes a minute less for Pulumi's
 * @throws the error of `execFile`, with npm's `stderr`
 */
export async function installPacked(
  folders: readonly string[],
  {
    manifest = {},
    lockfile,
    peers = 'install',
    alias,
  }: {
    manifest?: object;
    lockfile?: string;
    peers?: 'install' | 'links';
    alias?: string;
  } = {},
): Promise<InstalledPackages> {
  const parent = await mkdtemp(path.join(tmpdir(), 'darkroom-packed-'));
  const remove = () => rm(parent, { recursive: true, force: true });
  try {
    const packed: PackedPackage[] = [];
    for (const folder of folders) packed.push(await pack(folder, parent));
    const folder = await mkdtemp(path.join(parent, 'user-'));
    await writeFile(
      path.join(folder, 'package.json'),
      JSON.stringify({ name: 'user', version: '0.0.0', private: true, ...manifest }),
    );
    const copy = (from: string, name: string) =>
      copyFile(from, path.join(folder, name)).catch(() => undefined);
    // It may name another registry.
    await copy(path.join(CHECKOUT, '.npmrc'), '.npmrc');
    if (lockfile !== undefined) await copy(lockfile, 'package-lock.json');
    const installed = packed.map(({ name, tarball }, index) =>
      index === 0 && alias !== undefined
        ? { name: alias, spec: `${alias}@file:${tarball}` }
        : { name, spec: tarball },
    );
    await npm(
      [
        ...['install', ...installed.map(({ spec }) => spec)],
        ...(peers === 'links' ? ['--legacy-peer-deps'] : []),
        ...['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      ],
      folder,
    );
    if (peers === 'links')
      await linkPeers(
        installed.map(({ name }) => name),
        folder,
      );
    return {
      folder,
      packed,
      node: (args, env = {}) =>
        run(process.execPath, [...args], {
          cwd: folder,
          env: { ...process.env, ...env },
          maxBuffer: MAX_OUTPUT_BYTES,
        }),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface NpmPack {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

async function pack(folder: string, destination: string): Promise<PackedPackage> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const { stdout } = await npm(args, folder);
  const [packed] = JSON.parse(stdout) as NpmPack[];
  if (packed === undefined) throw new Error(`npm packed nothing in ${folder}`);
  return {
    name: packed.name,
    version: packed.version,
    tarball: path.join(destination, packed.filename),
    files: packed.files.map((file) => file.path).sort(),
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
  };
}

async function linkPeers(names: readonly string[], folder: string): Promise<void> {
  const modules = path.join(folder, 'node_modules');
  for (const name of names) {
    const text = await readFile(path.join(modules, name, 'package.json'), 'utf8');
    const { peerDependencies = {} } = JSON.parse(text) as { peerDependencies?: object };
    for (const peer of Object.keys(peerDependencies)) {
      const link = path.join(modules, peer);
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(path.join(CHECKOUT, 'node_modules', peer), link);
    }
  }
}

/** Variables that an enclosing `npm` or `npx` sets describe the checkout, not the folder. */
function npm(args: readonly string[], cwd: string) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(?:package_|lifecycle_|config_local_prefix|config_prefix|command)/.test(name),
    ),
  );
  return run('npm', [...args], { cwd, env, maxBuffer: MAX_OUTPUT_BYTES });
}
