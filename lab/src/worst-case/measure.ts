import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ALLOCATOR_VARIABLES } from '@darkroom/transforms';
import type { DecodeOrder, Used } from './decode-child.ts';
import type { Cost } from './process-status.ts';
import type { MeasuredUpload, UploadOrder } from './upload-child.ts';

/** CPU seconds and peak memory of a process that runs (proc_pid_stat(5), proc_pid_status(5)). */
function observe(pid: number): Cost | undefined {
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
export async function measureDecode(order: DecodeOrder, bounds: Cost): Promise<Used> {
  const { answer, seen } = await inProcess<Used>('decode-child.ts', order, bounds);
  return answer ?? { ...seen, openingSeconds: 0, outputBytes: 0, error: 'killed' };
}

/** Renders an upload in a process of its own, which is killed beyond the bounds. */
export async function measureUpload(order: UploadOrder, bounds: Cost): Promise<MeasuredUpload> {
  const { answer, seen } = await inProcess<MeasuredUpload>('upload-child.ts', order, bounds);
  return answer ?? { used: seen, error: 'killed' };
}

async function inProcess<T>(
  script: string,
  order: DecodeOrder | UploadOrder,
  bounds: Cost,
): Promise<{ readonly answer: T | undefined; readonly seen: Cost }> {
  const child = fork(path.join(import.meta.dirname, script), [], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...ALLOCATOR_VARIABLES },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    let answer: T | undefined;
    let seen: Cost = { cpuSeconds: 0, memory: 0 };
    const timer = setInterval(() => {
      seen = observe(child.pid ?? 0) ?? seen;
      if (seen.cpuSeconds > bounds.cpuSeconds || seen.memory > bounds.memory) child.kill('SIGKILL');
    }, 50);
    child.on('message', (message) => (answer = message as T));
    child.on('close', () => {
      clearInterval(timer);
      resolve({ answer, seen });
    });
    child.send(order);
  });
}
