/** Finds the Pulumi CLI and runs it in a folder of its own. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { CHECKOUT } from '../testing/workspace.ts';

const BUILD = path.join(CHECKOUT, 'tools/ci/pulumi-cli.sh');

/** A program that `tools/ci/pulumi-cli.sh` builds from Go modules. */
export function builtProgram(
  name: 'pulumi' | 'pulumi-language-yaml' | 'sdk-generator' | 'python/bin/python3',
): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  return path.join(cache, 'darkroom/pulumi-cli', name);
}

/** npm's package `pulumi` does not count: it downloads the CLI at its first use. */
function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file));
}

/**
 * The installed CLI, or the one that `tools/ci/pulumi-cli.sh` has built and cached, or builds now with Go.
 *
 * @returns its path; undefined without a CLI, and without Go or if the build fails
 */
export async function findCli(): Promise<string | undefined> {
  const installed = onPath('pulumi');
  if (installed !== undefined) return installed;
  const built = builtProgram('pulumi');
  if (existsSync(built) || onPath('go') === undefined) return existsSync(built) ? built : undefined;
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

/** Runs the CLI in a folder, with a home and a state of its own in `.pulumi-test`. */
export interface CommandLine {
  readonly pulumi: (...args: readonly string[]) => Promise<Ended>;
  /** Runs another program with the same environment. */
  readonly run: (program: string, args: readonly string[]) => Promise<Ended>;
  /** Starts it as the leader of a process group, as a terminal does. */
  readonly start: (program: string, args: readonly string[]) => Started;
}

export interface Started {
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
}

export async function commandLine(
  cli: string,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<CommandLine> {
  const at = (name: string) => path.join(directory, '.pulumi-test', name);
  await mkdir(at('state'), { recursive: true });
  const { PATH = '' } = { ...process.env, ...environment };
  // Nx asks for colours. Node warns of that next to `NO_COLOR`.
  const { FORCE_COLOR: _colours, ...inherited } = process.env;
  const variables = {
    ...inherited,
    PULUMI_HOME: at('home'),
    PULUMI_BACKEND_URL: `file://${at('state')}`,
    PULUMI_CONFIG_PASSPHRASE: 'test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    NX_DAEMON: 'false',
    NO_COLOR: '1',
    ...environment,
    PATH: [path.dirname(cli), path.dirname(process.execPath), PATH].join(path.delimiter),
  };
  const start = (program: string, args: readonly string[]): Started => {
    const child = spawn(program, args, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: variables,
      detached: true,
    });
    const code = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    return {
      signal: (signal) => child.pid !== undefined && process.kill(-child.pid, signal),
      ended: Promise.all([code, text(child.stdout), text(child.stderr)]).then(
        ([ended, stdout, stderr]) => ({ code: ended, stdout, stderr }),
      ),
    };
  };
  const run = (program: string, args: readonly string[]) => start(program, args).ended;
  return { start, run, pulumi: (...args) => run(cli, [...args, '--non-interactive']) };
}

/** A copy of the checkout in a temporary folder, as a fresh clone is. */
export interface Project extends CommandLine {
  readonly directory: string;
  /** Writes `Pulumi.STACK.yaml`. Default: `test`. */
  readonly configure: (pipeline: object, stack?: string) => Promise<void>;
  /** `npm run deploy -- STACK --yes`. Default: `test`. */
  readonly deploy: (stack?: string) => Promise<Ended>;
  readonly remove: () => Promise<void>;
}

/** Not in a clone, and large. */
const LEFT_OUT = new Set(['node_modules', '.git', '.nx', '.darkroom', 'test-results', 'dist']);

export async function createProject(
  cli: string,
  environment: Readonly<Record<string, string>>,
): Promise<Project> {
  const directory = await mkdtemp(path.join(tmpdir(), 'darkroom-pulumi-'));
  const at = (name: string) => path.join(directory, name);
  await cp(CHECKOUT, directory, {
    recursive: true,
    filter: (source) => source === CHECKOUT || !LEFT_OUT.has(path.basename(source)),
  });
  // `npm ci` would take minutes.
  await symlink(path.join(CHECKOUT, 'node_modules'), at('node_modules'));
  const commands = await commandLine(cli, directory, environment);
  return {
    ...commands,
    directory,
    configure: (pipeline, stack = 'test') =>
      writeFile(
        at(`Pulumi.${stack}.yaml`),
        stringify({
          config: {
            'aws:region': 'us-east-1',
            'darkroom:packageTarget': 'host',
            'darkroom:pipeline': pipeline,
          },
        }),
      ),
    deploy: (stack = 'test') => commands.run('npm', ['run', 'deploy', '--', stack, '--yes']),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Reads the summary that ends the output of a preview, an update, a refresh or a destroy. */
function countsOf({ stdout }: Ended): Counts {
  const summary = stdout.slice(stdout.lastIndexOf('\nResources:\n')).split('\n\n')[0] ?? '';
  return Object.fromEntries(
    [...summary.matchAll(/(?<count>\d+) (?<what>unchanged|(?:to )?\w+)$/gm)].map(({ groups }) => [
      groups?.['what'] ?? '',
      Number(groups?.['count']),
    ]),
  );
}

/**
 * Prints what the engine counts, for the log of CI.
 *
 * @throws Error with the output if the command has failed
 */
export function succeeded(what: string, ended: Ended): Counts {
  const counts = countsOf(ended);
  if (ended.code !== 0) throw new Error(`${what} failed:\n${ended.stdout}\n${ended.stderr}`);
  console.log(`Pulumi's engine, ${what}: ${JSON.stringify(counts)}`);
  return counts;
}
