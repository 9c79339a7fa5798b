import { readFileSync } from 'node:fs';

/**
 * Peak of this process's resident memory, bytes. On Linux it is not `maxRSS`, which starts with the peak of the process that
 * started this one (`fs/exec.c`, `setmax_mm_hiwater_rss`): a test runner is larger than what it measures.
 */
export function peakOfProcess(): number {
  return peakOfStatus() ?? process.resourceUsage().maxRSS * 1024;
}

/** `VmHWM` (proc_pid_status(5)), bytes; nothing on systems without it. */
function peakOfStatus(): number | undefined {
  try {
    const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
