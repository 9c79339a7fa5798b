import { readFileSync } from 'node:fs';

/**
 * Peak of this process's resident memory, bytes. On Linux it is not `maxRSS`, which starts with the peak of the process that
 * started this one (`fs/exec.c`, `setmax_mm_hiwater_rss`): a test runner is larger than what it measures.
 */
export function peakOfProcess(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const status = readFileSync('/proc/self/status', 'latin1');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
}
