import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FunctionSpec } from './types.ts';

const BOOTSTRAP = fileURLToPath(new URL('./supervised-bootstrap.mjs', import.meta.url));

/** The share of a function's memory for V8's old space. Native memory uses the rest. */
const OLD_SPACE_SHARE = 0.9;

/** Signal names of Go, the language of Lambda's supervisor. */
const SIGNAL_NAMES: Partial<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/** The Node process of one execution environment. */
export class FunctionProcess {
  /** The exit reason, worded as in Lambda's logs. Never rejects. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  #exitReason: string | undefined;

  constructor(
    spec: FunctionSpec,
    environment: Record<string, string>,
    onLine: (line: string, pid: number) => void,
  ) {
    const oldSpaceMiB = Math.floor(spec.memoryMiB * OLD_SPACE_SHARE);
    this.#child = spawn(process.execPath, [`--max-old-space-size=${oldSpaceMiB}`, BOOTSTRAP], {
      cwd: spec.codeDirectory,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A separate process group: one signal ends all of it, and a terminal's Ctrl-C does not reach it.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) =>
        onLine(line, this.pid ?? 0),
      );
    }
    // The child never reads it. When the child dies, the pipe breaks: `exited` already reports that.
    this.#child.stdin?.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) =>
        resolve(this.#end(`Runtime failed to start: ${error.message}`)),
      );
      this.#child.once('exit', (code, signal) => resolve(this.#end(describeExit(code, signal))));
    });
  }

  /** Undefined if the process did not start. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Undefined while the process runs; then the value of `exited`. */
  get exitReason(): string | undefined {
    return this.#exitReason;
  }

  /** Sends SIGKILL to the process and its children. Resolves when the process has ended. */
  async kill(): Promise<void> {
    if (this.#exitReason === undefined && this.pid !== undefined) killGroup(this.pid);
    await this.exited;
  }

  #end(reason: string): string {
    this.#exitReason = reason;
    // Child processes of the function must not outlive it.
    if (this.pid !== undefined) killGroup(this.pid);
    return reason;
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH: the group is already gone.
  }
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) {
    return `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`;
  }
  return code === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${code}`;
}
