import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { inNodeModules, type LockedPackage } from './lockfile.ts';
import { PackagingError } from './packaging-error.ts';
import type { Platform } from './target.ts';

const run = promisify(execFile);
const isWindows = process.platform === 'win32';

/**
 * Installs packages of another platform as the workspace's lockfile has them: npm takes exactly those versions, and
 * refuses a byte that their integrity does not cover.
 *
 * @param folder an empty one; they are in its `node_modules` then
 * @param workspace where a `.npmrc` may name another registry
 * @throws PackagingError `INSTALL_FAILED` with what npm says
 */
export async function installLocked(
  packages: Readonly<Record<string, LockedPackage>>,
  { os, cpu, libc }: Platform,
  folder: string,
  workspace: string,
): Promise<void> {
  const manifest = {
    name: 'function-natives',
    version: '0.0.0',
    dependencies: Object.fromEntries(
      Object.entries(packages).map(([name, { version }]) => [name, version]),
    ),
  };
  const locked = Object.entries(packages).map(([name, entry]) => [
    inNodeModules(name),
    // Of an optional package npm would hide why it cannot be installed.
    { ...entry, optional: undefined },
  ]);
  const lockfile = {
    ...manifest,
    lockfileVersion: 3,
    packages: { '': manifest, ...(Object.fromEntries(locked) as Record<string, LockedPackage>) },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(lockfile));
  await copyFile(path.join(workspace, '.npmrc'), path.join(folder, '.npmrc')).catch(ignoreMissing);
  const options = [
    ...[`--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`],
    // `npm ci` asks whether this very machine runs them, whatever `--cpu` says. Integrity is verified all the same.
    '--force',
    ...['--ignore-scripts', '--install-strategy=hoisted', '--workspaces=false'],
    // What was installed before needs no network.
    ...['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
  ];
  try {
    // On Windows npm is a batch file, which only a shell runs; nothing in `options` needs quoting.
    await (isWindows
      ? run(['npm', 'ci', ...options].join(' '), { cwd: folder, shell: true })
      : run('npm', ['ci', ...options], { cwd: folder }));
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new PackagingError(
      'INSTALL_FAILED',
      [
        `npm could not install ${Object.keys(packages).join(' and ')} for ${os}-${cpu}.`,
        'This needs the npm registry, or a cache of npm that has them.',
        stderr.trim(),
      ].join('\n'),
      { cause },
    );
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
