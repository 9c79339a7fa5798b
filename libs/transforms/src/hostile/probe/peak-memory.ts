import { readFileSync, writeFileSync } from 'node:fs';

/** Forgets the peak until now, where the system can: proc(5), `clear_refs`. Elsewhere it is the process's whole life's. */
export function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // No such file, or not ours to write: the peak stays what it is.
  }
}

/** Most resident memory since then, MiB. */
export function peakMiB(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (peak !== undefined) return Number(peak) / 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS / 1024;
}
