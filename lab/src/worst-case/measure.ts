import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ALLOCATOR_VARIABLES } from '@darkroom/transforms';
import type { DecodeOrder, Used } from './decode-child.ts';

const CHILD = path.join(import.meta.dirname, 'decode-child.ts');

export interface Bounds {
  /** CPU seconds after which a decode is stopped; `used` then has what it took until then. */
  readonly cpuSeconds: number;
  /** MiB of resident memory after which a decode is stopped. */
  readonly memory: number;
}

/** CPU seconds and peak memory of a process that runs (proc_pid_stat(5), proc_pid_status(5)). */
function observe(pid: number): Pick<Used, 'cpuSeconds' | 'memory'> | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      memory: Number(peak?.[1] ?? 0) / 1024,
    };
  } catch {
    return undefined;
  }
}

/** Decodes a file in a process of its own, which is killed beyond the bounds. */
export function measureDecode(order: DecodeOrder, bounds: Bounds): Promise<Used> {
  const child = fork(CHILD, [], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...ALLOCATOR_VARIABLES },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    let used: Used | undefined;
    let seen = { cpuSeconds: 0, memory: 0 };
    const timer = setInterval(() => {
      seen = observe(child.pid ?? 0) ?? seen;
      if (seen.cpuSeconds > bounds.cpuSeconds || seen.memory > bounds.memory) child.kill('SIGKILL');
    }, 50);
    child.on('message', (answer: Used) => (used = answer));
    child.on('close', () => {
      clearInterval(timer);
      resolve(used ?? { ...seen, openingSeconds: 0, outputBytes: 0, error: 'killed' });
    });
    child.send(order);
  });
}
