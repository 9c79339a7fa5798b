import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** A program to run, with what it is always given. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  /** Both outputs; empty where they went to the terminal. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** Where the program asks or shows something: the terminal is its own. */
  readonly onTerminal?: boolean;
}

/** @returns code null where the program cannot be started, or was killed */
export async function run(
  { program, args }: Command,
  more: readonly string[],
  { cwd, onTerminal = false }: RunOptions,
): Promise<Ended> {
  const child = spawn(program, [...args, ...more], {
    cwd,
    stdio: onTerminal ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
  const outputs = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : Promise.resolve(''))),
  );
  return { code: await ended, output: outputs.join('').trim() };
}
