import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { startLocalStack, type LocalStack } from '../../local-stack.ts';
import { Client } from './client.ts';
import { CHECKOUT } from './workspace.ts';

/** For batches that are under way, milliseconds. */
const GRACE_MS = 10_000;

export interface RunningStackOptions {
  /** Default: the checkout. */
  readonly workspace?: string;
  readonly stack?: string;
  /** To go on where another one stopped; its owner removes it. Default: a new one, which is removed with the stack. */
  readonly dataDir?: string;
}

/** The pipeline in this process, on free ports. */
export interface RunningStack {
  readonly local: LocalStack;
  readonly client: Client;
  /** May be called again. */
  readonly stop: () => Promise<void>;
}

export async function startStack({
  workspace = CHECKOUT,
  stack = 'local',
  dataDir,
}: RunningStackOptions = {}): Promise<RunningStack> {
  const directory = dataDir ?? (await temporaryDirectory());
  const removeData = async () => {
    if (dataDir === undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    const local = await startLocalStack({
      ...{ workspace, stack, dataDir: directory },
      ...{ port: 0, awsPort: 0 },
    });
    const client = await Client.connect(local.url);
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      client.close();
      await local.stop(GRACE_MS);
      await removeData();
    };
    return { local, client, stop: () => (stopped ??= stop()) };
  } catch (error) {
    await removeData();
    throw error;
  }
}

export function temporaryDirectory(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'darkroom-e2e-'));
}

/** For one test: it is removed after everything that the test starts later and ends with itself. */
export async function directoryOfTest(): Promise<string> {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
