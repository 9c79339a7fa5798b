import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { StackInfo } from '@darkroom/console-api';
import type { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import type { FromStack, StackRun, ToStack } from './stack-messages.ts';

const PROCESS = path.join(import.meta.dirname, 'stack-process.ts');

/** The local stack behind the proxy. Restarts keep its data. */
export class RestartableStack {
  readonly #proxy: FaultProxy;
  readonly #run: StackRun;
  #child: Promise<StackChild>;
  /** Keys that restarts found out of date. */
  recovered = 0;

  private constructor(proxy: FaultProxy, run: StackRun) {
    this.#proxy = proxy;
    this.#run = run;
    this.#child = this.#start();
  }

  static async start(
    proxy: FaultProxy,
    run: Omit<StackRun, 'functionEndpoint'>,
  ): Promise<RestartableStack> {
    const stack = new RestartableStack(proxy, {
      ...run,
      functionEndpoint: proxy.endpoint('function'),
    });
    await stack.#child;
    return stack;
  }

  async info(): Promise<StackInfo> {
    return (await this.#child).info;
  }

  /** Process ids of the stack and of the function. */
  async pids(): Promise<{ readonly stack: number; readonly functions: readonly number[] }> {
    const child = await this.#child;
    return { stack: child.pid, functions: await child.functionPids() };
  }

  /**
   * @param which in [0, 1)
   * @returns whether there was a process to kill
   */
  async killFunction(which: number): Promise<boolean> {
    return (await this.#child).killFunction(which).catch(() => false);
  }

  /** Kills the whole stack, and restarts it from its data on disk. */
  async killAndRestart(): Promise<void> {
    this.#child = this.#child.then(async (child) => {
      await child.kill();
      this.#proxy.connect(undefined);
      return this.#start();
    });
    await this.#child;
  }

  async stop(): Promise<void> {
    await (await this.#child).stop();
  }

  /** Kills the stack, also during its start. */
  async kill(): Promise<void> {
    await this.#child.then((child) => child.kill()).catch(() => undefined);
  }

  async #start(): Promise<StackChild> {
    const child = await StackChild.start(this.#run);
    this.recovered += child.recovered;
    this.#proxy.connect(child.info.endpoint, child.info);
    return child;
  }
}

/** One run of the local stack in a process of its own. */
class StackChild {
  readonly info: StackInfo;
  /** Keys that its start found out of date. */
  readonly recovered: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { info, recovered }: FromStack & { kind: 'ready' }) {
    this.#child = child;
    this.info = info;
    this.recovered = recovered;
  }

  /** @throws Error with the reason of a failed start */
  static async start(run: StackRun): Promise<StackChild> {
    const child = fork(PROCESS, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (message: FromStack) => {
      if (message.kind === 'problem') console.warn(message.line);
    });
    child.send({ kind: 'run', run } satisfies ToStack);
    const ready = await answer(child, 'ready');
    return new StackChild(child, ready);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * Kills one of the function's processes.
   * @param which in [0, 1)
   * @returns whether there was one
   */
  async killFunction(which: number): Promise<boolean> {
    const { pid } = await this.#ask({ kind: 'kill', which }, 'killed');
    return pid !== null;
  }

  /** Process ids of the function. */
  async functionPids(): Promise<readonly number[]> {
    const { pids } = await this.#ask({ kind: 'pids' }, 'pids');
    return pids;
  }

  /** Kills it with SIGKILL. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Stops it as Ctrl-C does. */
  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.send({ kind: 'stop' } satisfies ToStack);
    await exited;
  }

  #ask<K extends FromStack['kind']>(question: ToStack, kind: K) {
    const answered = answer(this.#child, kind);
    this.#child.send(question);
    return answered;
  }
}

function answer<K extends FromStack['kind']>(child: ChildProcess, kind: K) {
  return new Promise<FromStack & { kind: K }>((resolve, reject) => {
    const done = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (message: FromStack) => {
      if (message.kind === 'failed') {
        done();
        reject(new Error(`The local stack did not start: ${message.message}`));
      }
      if (message.kind !== kind) return;
      done();
      resolve(message as FromStack & { kind: K });
    };
    const onExit = (code: number | null, signal: string | null) => {
      done();
      reject(new Error(`The local stack ended: ${signal ?? code}`));
    };
    child.on('message', onMessage).once('exit', onExit);
  });
}
