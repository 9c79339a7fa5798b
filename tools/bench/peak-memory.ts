import { readFileSync } from 'node:fs';

/**
 * The most memory that a process had since its program began, MiB; 0 once it has ended. Linux counts in `maxRSS` what
 * the process was forked from as well (`fs/exec.c`, `setmax_mm_hiwater_rss`), which would include a large parent.
 */
export function peakOf(pid: number): number {
  try {
    const [, kib = 0] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1024;
  } catch {
    // On other systems a process can read its own value only, in kibibytes too (libuv).
    return pid === process.pid ? process.resourceUsage().maxRSS / 1024 : 0;
  }
}
