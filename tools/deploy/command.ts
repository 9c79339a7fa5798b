import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** A program to run, with what it is always given. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  /** Empty if it went to the terminal. */
  readonly stdout: string;
  /** Warnings and errors. */
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** The program asks or shows something. Its errors appear on the terminal and in `stderr`. */
  readonly onTerminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** @returns code null where the program cannot be started, or was killed */
export async function run(
  { program, args }: Command,
  more: readonly string[],
  { cwd, onTerminal = false, environment = {} }: RunOptions,
): Promise<Ended> {
  const child = spawn(program, [...args, ...more], {
    cwd,
    // The CLI reports a new version of itself on every command.
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true', ...environment },
    stdio: onTerminal ? ['inherit', 'inherit', 'pipe'] : ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
  if (onTerminal) child.stderr?.pipe(process.stderr);
  const [stdout = '', stderr = ''] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : Promise.resolve(''))),
  );
  return { code: await ended, stdout: stdout.trim(), stderr: stderr.trim() };
}
