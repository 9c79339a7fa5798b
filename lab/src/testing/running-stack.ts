import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { withHandler } from '../testbed/function-behind-proxy.ts';
import type { LambdaOptions } from '@darkroom/local-lambda';
import { startLocalStack, type LocalStack } from '@darkroom/local';
import { Client } from './client.ts';
import { CHECKOUT, createWorkspace } from './workspace.ts';

/** Milliseconds for running batches. */
const GRACE_MS = 10_000;

export interface RunningStackOptions {
  /** Default: the checkout. */
  readonly workspace?: string;
  readonly stack?: string;
  /** Data folder of an earlier run, which the caller removes. Default: a new one, which is removed with the stack. */
  readonly dataDir?: string;
  /** Fails on resource types that the local engine does not emulate. Default: true. */
  readonly strict?: boolean;
  /** Writes another handler than the built one to this file. */
  readonly makeHandler?: (file: string) => Promise<void>;
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
  makeHandler,
  strict = true,
}: RunningStackOptions = {}): Promise<RunningStack> {
  const directory = dataDir ?? (await temporaryDirectory());
  const removeData = async () => {
    if (dataDir === undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    const options = { workspace, stack, dataDir: directory, port: 0, awsPort: 0, strict };
    const adjustLambda = makeHandler && (await anotherHandler(makeHandler, directory));
    const local = await startLocalStack(options, { ...(adjustLambda && { adjustLambda }) });
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

/** The pipeline with these settings, in a workspace of its own. */
export async function startPipeline(settings: object): Promise<RunningStack> {
  const workspace = await createWorkspace();
  try {
    await workspace.writeStack('e2e', settings);
    const running = await startStack({ workspace: workspace.directory, stack: 'e2e' });
    const stop = async () => {
      await running.stop();
      await workspace.remove();
    };
    return { ...running, stop };
  } catch (error) {
    await workspace.remove();
    throw error;
  }
}

async function anotherHandler(makeHandler: (file: string) => Promise<void>, directory: string) {
  const file = path.join(directory, 'another-handler.mjs');
  await makeHandler(file);
  return (options: LambdaOptions): LambdaOptions => ({
    ...options,
    functions: options.functions.map((spec) => ({
      ...spec,
      codeDirectory: withHandler(spec, file, path.join(directory, 'another-package')),
    })),
  });
}

export function temporaryDirectory(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'darkroom-e2e-'));
}

/** A temporary folder of one test. It is removed at the end of the test, after later resources. */
export async function directoryOfTest(): Promise<string> {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
