import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { Client, PATIENCE } from './client.ts';
import { CHECKOUT } from './workspace.ts';

/** Whether this system lists processes in `/proc`. */
export const HAS_PROC = existsSync('/proc/self/stat');

export interface ProcessOptions {
  /** Default: the checkout. */
  readonly workspace?: string;
  /** `DARKROOM_…` variables. By default the ports are free ones. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `node apps/local/src/main.ts`, as `npm start` runs it. It ends with the test. */
export class DarkroomProcess {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor({ workspace = CHECKOUT, environment }: ProcessOptions) {
    const main = path.join(workspace, 'apps/local/src/main.ts');
    // Another workspace consists of links to the checkout. Without the flag, Node would resolve them.
    this.#child = spawn(process.execPath, ['--preserve-symlinks-main', main], {
      env: {
        ...Object.fromEntries(
          Object.entries(process.env).filter(([name]) => !name.startsWith('DARKROOM_')),
        ),
        ...{ DARKROOM_PORT: '0', DARKROOM_AWS_PORT: '0', DARKROOM_STRICT: '1' },
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    onTestFinished(() => this.kill('SIGKILL'));
    // Not "exit": its last output may arrive later.
    this.exited = new Promise((resolve) =>
      this.#child.once('close', (code, signal) => resolve({ code, signal })),
    );
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until it prints the URL of its console, and connects. */
  async connect(): Promise<Client> {
    const url = await vi.waitFor(() => {
      if (this.#child.exitCode !== null) return undefined;
      const [, console] = /Console +(http:\S+)/.exec(this.#stdout) ?? [];
      if (!console) throw new Error(`It has not said where it is: ${this.#stdout}${this.#stderr}`);
      return console;
    }, PATIENCE);
    if (!url) throw new Error(`It ended: ${this.#stderr}`);
    return Client.connect(url);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Process ids of its children. */
  children(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && parentOf(pid) === this.#child.pid);
  }
}

/** Field 4. The fields are counted after the name, which may contain any character (proc_pid_stat(5)). */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2]);
  } catch {
    return undefined;
  }
}
