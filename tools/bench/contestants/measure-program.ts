import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Measured } from '../measured.ts';
import { peakOf } from '../peak-memory.ts';

/** Starts a program, prints its process ID, and at the end the CPU time of its children (POSIX `times`). */
const SCRIPT = '"$@" >&2 & echo $!; wait $!; code=$?; times; exit $code';
const POLL_MS = 5;

/** Seconds out of `0m1.250s`. */
function seconds(given: string): number {
  const [, minutes = 0, rest = 0] = /^(\d+)m([\d.]+)s$/.exec(given) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

/** CPU of the children, user and system, seconds: the last line that `times` prints. */
export function childrenCpu(printed: string): number {
  const last = printed.trim().split('\n').at(-1) ?? '';
  return last.split(' ').reduce((sum, time) => sum + seconds(time), 0);
}

/**
 * Runs a program of the system to its end and measures it.
 * @throws Error when it fails, with what it said
 */
export async function measureProgram(command: string, args: readonly string[]): Promise<Measured> {
  const began = performance.now();
  const shell = spawn('sh', ['-c', SCRIPT, 'sh', command, ...args]);
  const said = text(shell.stderr);
  const closed = new Promise<number | null>((resolve, reject) => {
    shell.once('error', reject).once('close', resolve);
  });
  let printed = '';
  let peak = 0;
  shell.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  const poll = setInterval(() => {
    const pid = Number.parseInt(printed, 10);
    if (pid > 0) peak = Math.max(peak, peakOf(pid));
  }, POLL_MS);
  const code = await closed.finally(() => clearInterval(poll));
  const wall = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${await said}`);
  return { cpu: childrenCpu(printed), wall, peak, bytes: 0 };
}
