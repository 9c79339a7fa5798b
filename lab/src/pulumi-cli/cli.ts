/** Finds the Pulumi CLI and runs it in a folder of its own. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { CHECKOUT } from '../testing/workspace.ts';

const BUILD = path.join(CHECKOUT, 'tools/ci/pulumi-cli.sh');

/**
 * The installed CLI, or the one that `tools/ci/pulumi-cli.sh` has built and cached, or builds now with Go.
 *
 * @returns its path; undefined without a CLI, and without Go or if the build fails
 */
export async function findCli(): Promise<string | undefined> {
  const isOnPath = (program: string) =>
    (process.env['PATH'] ?? '')
      .split(path.delimiter)
      // npm's package `pulumi` downloads the CLI at its first use.
      .filter((folder) => folder !== '' && !folder.includes('node_modules'))
      .map((folder) => path.join(folder, program))
      .find((file) => existsSync(file));
  const installed = isOnPath('pulumi');
  if (installed !== undefined) return installed;
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const built = path.join(cache, 'darkroom/pulumi-cli/pulumi');
  if (existsSync(built) || isOnPath('go') === undefined)
    return existsSync(built) ? built : undefined;
  return promisify(execFile)(BUILD).then(
    () => built,
    (error: Error) => {
      console.log(`Go cannot build the Pulumi CLI: ${error.message.split('\n')[0]}`);
      return undefined;
    },
  );
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Resources that an update created, updated and so on, by the engine's own count. */
export type Counts = Readonly<Record<string, number>>;

/** A checkout in a temporary folder with one stack, and a home of the CLI. */
export interface Project {
  readonly directory: string;
  /** Writes `Pulumi.test.yaml`. */
  readonly configure: (pipeline: object) => Promise<void>;
  readonly pulumi: (...args: readonly string[]) => Promise<Ended>;
  /** `npm run deploy -- test --yes`. */
  readonly deploy: () => Promise<Ended>;
  readonly remove: () => Promise<void>;
}

export async function createProject(
  cli: string,
  environment: Readonly<Record<string, string>>,
): Promise<Project> {
  const directory = await mkdtemp(path.join(tmpdir(), 'darkroom-pulumi-'));
  const at = (...parts: string[]) => path.join(directory, ...parts);
  for (const name of ['apps', 'libs', 'tools', 'assets'])
    if (existsSync(path.join(CHECKOUT, name))) await symlink(path.join(CHECKOUT, name), at(name));
  for (const name of ['Pulumi.yaml', 'package.json']) await cp(path.join(CHECKOUT, name), at(name));
  await linkModules(at('node_modules'));
  await mkdir(at('state'));
  const { PATH = '', ...inherited } = process.env;
  const variables = {
    ...inherited,
    ...environment,
    PATH: [path.dirname(cli), path.dirname(process.execPath), PATH].join(path.delimiter),
    PULUMI_HOME: at('home'),
    PULUMI_BACKEND_URL: `file://${at('state')}`,
    PULUMI_CONFIG_PASSPHRASE: 'test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    NO_COLOR: '1',
  };
  const run = async (program: string, args: readonly string[]): Promise<Ended> => {
    const child = spawn(program, args, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: variables,
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, stdout, stderr };
  };
  return {
    directory,
    configure: (pipeline) =>
      writeFile(
        at('Pulumi.test.yaml'),
        stringify({
          config: {
            'aws:region': 'us-east-1',
            'darkroom:packageTarget': 'host',
            'darkroom:pipeline': pipeline,
          },
        }),
      ),
    pulumi: (...args) => run(cli, [...args, '--non-interactive']),
    deploy: () => run('npm', ['run', 'deploy', '--', 'test', '--yes']),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The modules of the checkout. Nx is left out: the tests before have built the package. */
async function linkModules(target: string): Promise<void> {
  const source = path.join(CHECKOUT, 'node_modules');
  await mkdir(path.join(target, 'nx/dist/bin'), { recursive: true });
  await writeFile(path.join(target, 'nx/dist/bin/nx.js'), '');
  for (const name of await readdir(source))
    if (name !== 'nx') await symlink(path.join(source, name), path.join(target, name));
}

/** Reads the summary that ends the output of a preview, an update, a refresh or a destroy. */
export function countsOf({ stdout }: Ended): Counts {
  const summary = stdout.slice(stdout.lastIndexOf('\nResources:\n')).split('\n\n')[0] ?? '';
  return Object.fromEntries(
    [...summary.matchAll(/(?<count>\d+) (?<what>unchanged|(?:to )?\w+)$/gm)].map(({ groups }) => [
      groups?.['what'] ?? '',
      Number(groups?.['count']),
    ]),
  );
}
