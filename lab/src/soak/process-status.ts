import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether the memory and the files of a process can be told here (proc(5)). */
export const HAS_PROC = existsSync('/proc/self/status');

export interface ProcessStatus {
  readonly pid: number;
  /** Resident memory, MiB. */
  readonly residentMiB: number;
  /** Open file descriptors. */
  readonly files: number;
}

/** @returns nothing where it has ended */
export function processStatus(pid: number): ProcessStatus | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    return { pid, residentMiB: kibibytes / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}
