import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';

/** `FILE.EXPORT` of the package, as Lambda names it. */
export const HANDLER = 'index.handler';
const BUNDLE = 'index.mjs';

/** The platform of the package: a processor of Lambda, or the machine that runs the program (the local run). */
export type PackageTarget = 'arm64' | 'x86_64' | 'host';

/** Sources of the bundle, below the workspace's folder. */
const SOURCES = ['apps/resizer', 'libs', 'package-lock.json'];
/** Folders that builds and test runs write to. */
const NOT_SOURCES = new Set(['node_modules', 'dist', 'out-tsc', 'test-results']);

/** The function's package is missing, and the build failed. */
export class PackageError extends pulumi.RunError {
  override readonly name = 'PackageError';
  readonly code = 'PACKAGE_NOT_BUILT';
}

/** Folder of the function's packages in the published component, next to its bundle. A checkout does not have it. */
const PUBLISHED = path.join(import.meta.dirname, 'function');

/**
 * Returns the folder of the function's package. In a checkout, builds the package if it is missing or older than its sources. A build
 * for Lambda needs npm's registry or its cache; a build for `host` needs only what `npm ci` installs.
 *
 * @param workspace folder of the checkout
 * @param build builds the package; by default with Nx, which skips the build if nothing changed
 * @throws PackageError that names the command to run
 */
export function functionPackage(
  target: PackageTarget,
  workspace = path.resolve(import.meta.dirname, '../../../..'),
  build: (workspace: string, target: PackageTarget) => void = buildWithNx,
): string {
  const published = path.join(PUBLISHED, target);
  if (existsSync(path.join(published, BUNDLE))) return published;
  const folder = path.join(workspace, 'apps/resizer/dist', target);
  const command = `npx nx ${nxTarget(target)} resizer`;
  const bundle = path.join(folder, BUNDLE);
  if (changedAt(bundle) < newest(workspace)) {
    try {
      build(workspace, target);
    } catch (cause) {
      throw new PackageError(
        `The function's package could not be built. Run \`${command}\`, which says why.`,
        { cause },
      );
    }
    if (!existsSync(bundle))
      throw new PackageError(`The build left no ${bundle}. Run \`${command}\`.`);
    // Nx does not write a bundle that is up to date. The new time saves the next run a call of Nx.
    const now = new Date();
    utimesSync(bundle, now, now);
  }
  return folder;
}

/** Target in apps/resizer/project.json. */
const nxTarget = (target: PackageTarget) => `package-${target}`;

function buildWithNx(workspace: string, target: PackageTarget): void {
  const { PATH = '', ...variables } = process.env;
  execFileSync(
    process.execPath,
    [path.join(workspace, 'node_modules/nx/dist/bin/nx.js'), nxTarget(target), 'resizer'],
    {
      cwd: workspace,
      // Writes to standard error only: standard output may be JSON that the Pulumi CLI prints.
      stdio: ['ignore', 2, 2],
      env: {
        ...variables,
        PATH: [path.dirname(process.execPath), PATH].join(path.delimiter),
        NX_DAEMON: 'false',
        NX_DEFAULT_OUTPUT_STYLE: 'static',
      },
    },
  );
}

/** Milliseconds since 1970; 0 if the file does not exist. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(workspace: string): number {
  return Math.max(
    ...SOURCES.flatMap((source) => filesBelow(path.join(workspace, source))).map(changedAt),
  );
}

function filesBelow(file: string): string[] {
  if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) return [file];
  return readdirSync(file, { withFileTypes: true })
    .filter(({ name }) => !NOT_SOURCES.has(name) && !name.endsWith('.test.ts'))
    .flatMap((entry) => filesBelow(path.join(file, entry.name)));
}
