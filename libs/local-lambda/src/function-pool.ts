import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import type { FunctionHost } from './environment-variables.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import type { FunctionLog } from './execution-environment.ts';
import type { FunctionSpec, InvocationResult } from './types.ts';

/** The execution environments of one function: started when needed, kept warm, replaced when dead. */
export class FunctionPool {
  readonly #spec: FunctionSpec;
  readonly #host: FunctionHost;
  readonly #onLog: FunctionLog;
  readonly #limit: LimitFunction;
  readonly #all = new Set<ExecutionEnvironment>();
  /** A stack: reusing the most recent environment keeps the memory in use small. */
  readonly #idle: ExecutionEnvironment[] = [];
  #stopped = false;

  /** @param size most environments at a time; at least 1 */
  constructor(spec: FunctionSpec, host: FunctionHost, size: number, onLog: FunctionLog) {
    this.#spec = spec;
    this.#host = host;
    this.#onLog = onLog;
    this.#limit = pLimit(size);
  }

  /**
   * Calls the function with an event (JSON); waits while all environments are busy. Errors of
   * the function, crashes and timeouts are results; it throws only if no environment can be
   * started (no free port or process).
   */
  invoke(payload: string): Promise<InvocationResult> {
    return this.#limit(async () => {
      if (this.#stopped) return { status: 'stopped', requestId: randomUUID() };
      const environment = this.#takeIdle() ?? (await this.#start());
      const result = await environment.invoke(payload);
      if (environment.usable) this.#idle.push(environment);
      else this.#all.delete(environment);
      return result;
    });
  }

  /** Process ids of the live environments. */
  pids(): number[] {
    return [...this.#all].flatMap(({ pid }) => pid ?? []);
  }

  /** Kills all environments; invocations under way or waiting end as `stopped`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#all].map((environment) => environment.stop()));
  }

  #takeIdle(): ExecutionEnvironment | undefined {
    for (;;) {
      const environment = this.#idle.pop();
      if (environment === undefined || environment.usable) return environment;
      this.#all.delete(environment);
    }
  }

  async #start(): Promise<ExecutionEnvironment> {
    const environment = await ExecutionEnvironment.start(this.#spec, this.#host, this.#onLog);
    this.#all.add(environment);
    // stop() may have looked at the list while this one was not yet in it.
    if (this.#stopped) await environment.stop();
    return environment;
  }
}
