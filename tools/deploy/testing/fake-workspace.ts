import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Outputs } from '../pulumi.ts';

export const CHECKOUT = path.resolve(import.meta.dirname, '../../..');

/** A checkout in which the commands that leave this machine are replaced, each by a program that notes its calls. */
export interface FakeWorkspace {
  readonly directory: string;
  /** Lines such as `pulumi preview …` and `nx package-arm64 …`, in order. */
  calls(): Promise<string[]>;
}

export interface FakeWorkspaceOptions {
  /** Of the stack `test`; nothing for no file. Default: what `npm start` runs. */
  readonly stackFile?: string | undefined;
  /** Whether a CLI is on the PATH. Default: it is. */
  readonly hasPulumi?: boolean;
  /** Commands of the CLI that fail, or `nx`. */
  readonly failing?: string;
  readonly outputs?: Outputs;
  /** Resources of the stack's state. Default: the stack does not exist. */
  readonly state?: readonly object[];
  /** What the CLI returns for the ESC environments of the stack. */
  readonly environment?: { readonly config: object; readonly variables: object };
}

export async function fakeWorkspace(options: FakeWorkspaceOptions = {}): Promise<FakeWorkspace> {
  const { hasPulumi = true, failing = '', outputs, state, environment } = options;
  const directory = await mkdtemp(path.join(tmpdir(), 'darkroom-deploy-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  onTestFinished(() => void vi.unstubAllEnvs());
  const at = (...parts: string[]) => path.join(directory, ...parts);
  const log = at('calls.txt');
  await writeFile(log, '');
  await writeFile(at('outputs.json'), JSON.stringify(outputs ?? {}));

  if (state)
    await writeFile(at('state.json'), JSON.stringify({ deployment: { resources: state } }));

  const ownFile = await readFile(path.join(CHECKOUT, 'Pulumi.local.yaml'), 'utf8');
  const stackFile = 'stackFile' in options ? options.stackFile : ownFile;
  if (stackFile !== undefined) await writeFile(at('Pulumi.test.yaml'), stackFile);

  await program(at('node_modules/nx/dist/bin/nx.js'), nx(log));
  // What the npm package says where it cannot fetch the CLI (seen with pulumi 3.265.0).
  await program(at('node_modules/pulumi/run.js'), NO_DOWNLOAD);
  if (hasPulumi) {
    await mkdir(at('bin'));
    await copyFile(path.join(import.meta.dirname, 'fake-pulumi.sh'), at('bin/pulumi'));
    await chmod(at('bin/pulumi'), 0o755);
  }
  vi.stubEnv('PATH', [at('bin'), path.dirname(process.execPath)].join(path.delimiter));
  vi.stubEnv('FAKE_PULUMI_LOG', log);
  vi.stubEnv('FAKE_PULUMI_OUTPUTS', at('outputs.json'));
  vi.stubEnv('FAKE_PULUMI_STATE', at('state.json'));
  vi.stubEnv('FAKE_PULUMI_FAILS', failing);
  vi.stubEnv('FAKE_PULUMI_CONFIG', JSON.stringify(environment?.config));
  vi.stubEnv('FAKE_PULUMI_VARIABLES', JSON.stringify(environment?.variables));
  return {
    directory,
    calls: async () => (await readFile(log, 'utf8')).trim().split('\n').filter(Boolean),
  };
}

const nx = (log: string) =>
  `require('node:fs').appendFileSync(${JSON.stringify(log)}, 'nx ' + process.argv.slice(2).join(' ') + '\\n');
process.exitCode = process.env.FAKE_PULUMI_FAILS === 'nx' ? 1 : 0;`;
const NO_DOWNLOAD =
  "process.stderr.write('Downloading pulumi v3.265.0...\\npulumi: fetch failed\\n'); process.exit(1);";

async function program(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}
