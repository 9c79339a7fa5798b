import { readFileSync } from 'node:fs';

/** CPU seconds, user and system, and MiB. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly memory: number;
}

/** A figure of this process in MiB, such as `VmHWM` (proc_pid_status(5)). */
export function status(name: string): number {
  const text = readFileSync('/proc/self/status', 'latin1');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 1024;
}

/** User and system time of this process, seconds. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
