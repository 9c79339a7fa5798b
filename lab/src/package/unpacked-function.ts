import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  environmentVariables,
  hostAt,
  RuntimeApi,
  type Outcome,
} from '@darkroom/local-lambda/testing';
import { CHECKOUT } from '../testing/workspace.ts';
import { filesBelow, unzipInto, zip } from './built-package.ts';
import type { NodeCommand } from './emulated-node.ts';

const BOOTSTRAP = path.join(CHECKOUT, 'libs/local-lambda/src/bootstrap.mjs');
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:resizer';

export interface UnpackedFunctionOptions {
  /** Folder of the package. */
  readonly code: string;
  /** Folders whose files a deployment adds to it; none by default. */
  readonly added?: readonly string[];
  readonly node: NodeCommand;
  /** Of the embedded AWS. */
  readonly endpoint: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Selects files that are left out; none by default. */
  readonly leaveOut?: (name: string) => boolean;
}

/**
 * A package out of its zip file, in a folder without `node_modules` above it, with a Node process that is invoked
 * over the runtime API as in Lambda.
 */
export class UnpackedFunction {
  readonly #folder: string;
  readonly #api: RuntimeApi;
  readonly #process: ChildProcess;
  #printed = '';

  private constructor(folder: string, api: RuntimeApi, process: ChildProcess) {
    this.#folder = folder;
    this.#api = api;
    this.#process = process;
    for (const stream of [process.stdout, process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#printed += text));
  }

  static async start(options: UnpackedFunctionOptions): Promise<UnpackedFunction> {
    const { code, added = [], node, endpoint, leaveOut = () => false } = options;
    const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-function-'));
    const [task, bootstrap] = [path.join(folder, 'task'), path.join(folder, 'bootstrap.mjs')];
    const folders = await Promise.all([code, ...added].map(filesBelow));
    const files = folders.flatMap((one) => Object.entries(one));
    await unzipInto(zip(Object.fromEntries(files.filter(([name]) => !leaveOut(name)))), task);
    await cp(BOOTSTRAP, bootstrap);
    const api = await RuntimeApi.listen();
    const spec = {
      name: 'resizer',
      arn: ARN,
      codeDirectory: task,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 600,
      memoryMiB: 1769,
      environment: options.environment,
    };
    const child = spawn(node.command, [...node.args, bootstrap], {
      cwd: task,
      env: environmentVariables(spec, hostAt(endpoint), api.address),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new UnpackedFunction(folder, api, child);
  }

  /** Its standard output and error. */
  get printed(): string {
    return this.#printed;
  }

  /** @throws Error with its output if the process ends before it responds */
  async invoke(event: unknown): Promise<Outcome | undefined> {
    const failure = await this.#alive(this.#api.initialised);
    if (failure) throw new Error(`${failure.errorType}: ${failure.errorMessage}`);
    await this.#alive(
      this.#api.invoke({
        requestId: crypto.randomUUID(),
        payload: JSON.stringify(event),
        deadlineMs: Date.now() + 600_000,
        functionArn: ARN,
        traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
      }),
    );
    return this.#api.outcome;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
    this.#api.close();
    await rm(this.#folder, { recursive: true });
  }

  async #alive<T>(work: Promise<T>): Promise<T> {
    const ended = once(this.#process, 'exit').then(([code, signal]: unknown[]) => {
      throw new Error(`It ended (${String(code ?? signal)}):\n${this.#printed}`);
    });
    return Promise.race([work, ended]);
  }
}
