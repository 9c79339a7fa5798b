import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Whether a command is on the `PATH`. */
export function isInstalled(command: string): boolean {
  return spawnSync('which', [command], { stdio: 'ignore' }).status === 0;
}

/** util-linux's `script` makes a pseudo-terminal. The `script` of BSD and macOS has other options. */
export const HAS_PSEUDO_TERMINAL = process.platform === 'linux' && isInstalled('script');

/** Creates a program `darkroom` in a folder, which a shell finds if the folder is on its `PATH`. */
export async function installDarkroom(folder: string): Promise<void> {
  const file = path.join(folder, 'darkroom');
  const main = path.resolve(import.meta.dirname, '../main.ts');
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  await chmod(file, 0o755);
}

/** A command on a pseudo-terminal, used as a person does. */
export class PseudoTerminal {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<number | null>;
  #output = '';
  #read = 0;

  /** @param command line of `sh` */
  constructor(
    command: string,
    options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
  ) {
    const { PATH = '' } = process.env;
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: options.cwd,
      env: { PATH, TERM: 'xterm', LANG: 'C.UTF-8', SHELL: '/bin/sh', ...options.env },
    });
    this.#child.stdout.on('data', (data: Buffer) => (this.#output += data.toString()));
    this.#exit = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** All output so far, without control characters. */
  get output(): string {
    return stripVTControlCharacters(this.#output);
  }

  /**
   * Waits for a text after what earlier calls have waited for.
   * @throws Error with the output if the command ends before
   */
  async waitFor(text: string): Promise<void> {
    const ended = this.#exit.then(() => 'ended' as const);
    for (;;) {
      const found = this.output.indexOf(text, this.#read);
      if (found >= 0) {
        this.#read = found + text.length;
        return;
      }
      if ((await Promise.race([once(this.#child.stdout, 'data'), ended])) !== 'ended') continue;
      if (this.output.includes(text, this.#read)) continue;
      throw new Error(`the command ended without ${text}:\n${this.output}`);
    }
  }

  /** Types keys: `\r` for Return, `\t` for Tab, `\x03` for Ctrl-C. */
  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Waits for the end. @returns the exit code of the command */
  exitCode(): Promise<number | null> {
    return this.#exit;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
