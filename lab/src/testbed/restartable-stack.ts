import type { StackInfo } from '@darkroom/local/api';
import type { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import type { StackRun } from './stack-messages.ts';
import { StackChild } from './stack-child.ts';

/** The local stack behind the proxy, over all its lives. */
export class RestartableStack {
  readonly #proxy: FaultProxy;
  readonly #run: StackRun;
  #life: Promise<StackChild>;
  /** Keys that restarts found out of date. */
  recovered = 0;

  private constructor(proxy: FaultProxy, run: StackRun) {
    this.#proxy = proxy;
    this.#run = run;
    this.#life = this.#start();
  }

  static async start(
    proxy: FaultProxy,
    run: Omit<StackRun, 'functionEndpoint'>,
  ): Promise<RestartableStack> {
    const stack = new RestartableStack(proxy, {
      ...run,
      functionEndpoint: proxy.endpoint('function'),
    });
    await stack.#life;
    return stack;
  }

  async info(): Promise<StackInfo> {
    return (await this.#life).info;
  }

  /** Of the stack's process, and of the function's. */
  async pids(): Promise<{ readonly stack: number; readonly functions: readonly number[] }> {
    const life = await this.#life;
    return { stack: life.pid, functions: await life.functionPids() };
  }

  /**
   * @param which in [0, 1)
   * @returns whether there was a process to kill
   */
  async killFunction(which: number): Promise<boolean> {
    return (await this.#life).killFunction(which).catch(() => false);
  }

  /** Kills the whole stack, and starts it again on what is on disk. */
  async killAndRestart(): Promise<void> {
    this.#life = this.#life.then(async (life) => {
      await life.kill();
      this.#proxy.connect(undefined);
      return this.#start();
    });
    await this.#life;
  }

  async stop(): Promise<void> {
    await (await this.#life).stop();
  }

  /** However far it has come. */
  async kill(): Promise<void> {
    await this.#life.then((life) => life.kill()).catch(() => undefined);
  }

  async #start(): Promise<StackChild> {
    const life = await StackChild.start(this.#run);
    this.recovered += life.recovered;
    this.#proxy.connect(life.info.endpoint, life.info);
    return life;
  }
}
