import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';

/** `FILE.EXPORT` of the package, as Lambda names it. */
export const HANDLER = 'index.handler';
const BUNDLE = 'index.mjs';

/** What the package is for: a processor of Lambda's, or the machine that runs the program (the local run). */
export type PackageTarget = 'arm64' | 'x86_64' | 'host';

/** What the bundle is made of and by, below the workspace's folder. */
const SOURCES = ['apps/resizer', 'libs', 'package-lock.json'];
/** Folders that a build or a test run writes to. */
const NOT_SOURCES = new Set(['node_modules', 'dist', 'out-tsc', 'test-results']);

/** The function's package is not there, and could not be built. */
export class PackageError extends pulumi.RunError {
  override readonly name = 'PackageError';
  readonly code = 'PACKAGE_NOT_BUILT';
}

/**
 * The folder of the function's package, built first where it is missing or older than its sources. For Lambda that needs
 * npm's registry or its cache; for `host` only what `npm ci` has installed.
 *
 * @param workspace folder of the checkout
 * @param build brings the package up to date; by default it runs Nx, which knows whether there is anything to do
 * @throws PackageError that names the command to run
 */
export function functionPackage(
  target: PackageTarget,
  workspace = path.resolve(import.meta.dirname, '../../../..'),
  build: (workspace: string, target: PackageTarget) => void = buildWithNx,
): string {
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
    // Nx leaves what is right as it is: the next run need not ask it again.
    const now = new Date();
    utimesSync(bundle, now, now);
  }
  return folder;
}

/** As apps/resizer/project.json has it. */
const nxTarget = (target: PackageTarget) => `package-${target}`;

function buildWithNx(workspace: string, target: PackageTarget): void {
  const { PATH = '', ...variables } = process.env;
  execFileSync(
    process.execPath,
    [path.join(workspace, 'node_modules/nx/dist/bin/nx.js'), nxTarget(target), 'resizer'],
    {
      cwd: workspace,
      // Standard output belongs to the caller, who may have asked the Pulumi CLI for JSON: all goes to standard error.
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

/** Milliseconds since 1970; 0 where there is no such file. */
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
