import { randomBytes, randomUUID } from 'node:crypto';
import { FunctionProcess } from './child-process.ts';
import { environmentVariables } from './environment-variables.ts';
import type { FunctionHost } from './environment-variables.ts';
import { RuntimeApi } from './runtime-api.ts';
import type { FunctionError, FunctionSpec, InvocationResult } from './types.ts';

/** Receives one log line of a function or its environment; `pid` is 0 if no process exists. */
export type FunctionLog = (line: string, source: { functionName: string; pid: number }) => void;

/**
 * Limit of the initialisation, milliseconds, in addition to the function's timeout. Lambda allows 10 s, then starts the
 * initialisation again within the function's timeout (AWS page "Understanding the Lambda execution environment
 * lifecycle"). The sum is the longest that Lambda waits.
 */
const INIT_TIMEOUT_MS = 10_000;

/** One child process that speaks the runtime API: one invocation at a time. */
export class ExecutionEnvironment {
  readonly #spec: FunctionSpec;
  readonly #api: RuntimeApi;
  readonly #process: FunctionProcess;
  readonly #onLog: FunctionLog;
  /** Receives the exit reason while an invocation waits. */
  #onExit: ((reason: string) => void) | undefined;
  #stopped = false;

  private constructor(spec: FunctionSpec, host: FunctionHost, api: RuntimeApi, onLog: FunctionLog) {
    this.#spec = spec;
    this.#api = api;
    this.#onLog = onLog;
    const environment = environmentVariables(spec, host, api.address);
    this.#process = new FunctionProcess(spec, environment, (line, pid) =>
      onLog(line, { functionName: spec.name, pid }),
    );
    void this.#process.exited.then((reason) => {
      api.close();
      this.#onExit?.(reason);
    });
  }

  static async start(
    spec: FunctionSpec,
    host: FunctionHost,
    onLog: FunctionLog,
  ): Promise<ExecutionEnvironment> {
    return new ExecutionEnvironment(spec, host, await RuntimeApi.listen(), onLog);
  }

  /** Whether it can be invoked (again). */
  get usable(): boolean {
    return this.#process.exitReason === undefined && !this.#stopped;
  }

  /** Of the running process. */
  get pid(): number | undefined {
    return this.#process.exitReason === undefined ? this.#process.pid : undefined;
  }

  /**
   * Waits for the initialisation, then for the function or its timeout. The result describes a crash or a timeout as
   * well, and a process that has to end has ended before the promise resolves.
   */
  async invoke(payload: string): Promise<InvocationResult> {
    const requestId = randomUUID();
    const error = (await this.#initialise(requestId)) ?? (await this.#run(requestId, payload));
    if (error !== undefined) await this.#process.kill();
    // A response counts even if the process fails after it.
    const { outcome } = this.#api;
    if (outcome !== undefined && 'payload' in outcome) {
      return { status: 'succeeded', requestId, payload: outcome.payload };
    }
    if (this.#stopped) return { status: 'stopped', requestId };
    const reported = outcome?.error ?? error;
    if (reported === undefined)
      throw new Error('The runtime asked for the next invocation without a response');
    return { status: 'failed', requestId, error: reported };
  }

  /** Kills the process at once, with its running invocation. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#process.kill();
  }

  #initialise(requestId: string): Promise<FunctionError | undefined> {
    const timeoutMs = INIT_TIMEOUT_MS + this.#spec.timeoutSeconds * 1000;
    return this.#supervise(requestId, timeoutMs, this.#api.initialised);
  }

  #run(requestId: string, payload: string): Promise<FunctionError | undefined> {
    const timeoutMs = this.#spec.timeoutSeconds * 1000;
    const invoked = this.#api.invoke({
      requestId,
      payload,
      deadlineMs: Date.now() + timeoutMs,
      functionArn: this.#spec.arn,
      traceId: newTraceId(),
    });
    return this.#supervise(requestId, timeoutMs, invoked);
  }

  /** Resolves to the result of `work`, or to an error if the process ends or times out first. */
  async #supervise(
    requestId: string,
    timeoutMs: number,
    work: Promise<FunctionError | undefined>,
  ): Promise<FunctionError | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const interrupted = new Promise<FunctionError>((resolve) => {
      const fail = (errorType: string, text: string) =>
        resolve(
          this.#logged({ errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` }),
        );
      const seconds = (timeoutMs / 1000).toFixed(2);
      timer = setTimeout(
        () => fail('Sandbox.Timedout', `Task timed out after ${seconds} seconds`),
        timeoutMs,
      );
      this.#onExit = (reason) => fail('Runtime.ExitError', reason);
      if (this.#process.exitReason !== undefined) this.#onExit(this.#process.exitReason);
    });
    try {
      return await Promise.race([work, interrupted]);
    } finally {
      clearTimeout(timer);
      this.#onExit = undefined;
    }
  }

  /** Writes an error that the function can no longer write to its log, as Lambda does. */
  #logged(error: FunctionError): FunctionError {
    const source = { functionName: this.#spec.name, pid: this.#process.pid ?? 0 };
    if (!this.#stopped) this.#onLog(error.errorMessage, source);
    return error;
  }
}

/** Well formed and not sampled: tracers in the function send nothing to a daemon. */
function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const parent = randomBytes(8).toString('hex');
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${parent};Sampled=0`;
}
