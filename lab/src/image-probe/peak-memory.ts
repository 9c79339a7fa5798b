import { readFileSync, writeFileSync } from 'node:fs';

const MIB = 1024 * 1024;

/**
 * Begins to watch resident memory; what is given back tells by how much it has grown at most since, MiB. Nothing where
 * the system does not tell (proc(5): `clear_refs` forgets the peak, `VmHWM` is the new one).
 */
export function watchMemory(): () => number | undefined {
  const before = process.memoryUsage.rss();
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return () => undefined;
  }
  return () => {
    const status = readFileSync('/proc/self/status', 'utf8');
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024 - before) / MIB;
  };
}
