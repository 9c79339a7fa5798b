/** A module of its own, because it has to run before the modules that fill the heap are loaded. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The space of young objects stays at its first size. It would grow to 48 MiB under many requests.
setFlagsFromString('--semi-space-growth-factor=1');

const ENOUGH_BYTES = 130 * 1024 * 1024;
let isSmall = false;

/**
 * Makes V8 collect garbage earlier, which takes processor time, if the process has grown above 130 MiB. A run over
 * millions of keys calls it for each page: it then stays below 200 MiB (lab/src/cli/large-compare.test.ts).
 */
export function keepHeapSmall(): void {
  if (isSmall || process.memoryUsage.rss() < ENOUGH_BYTES) return;
  setFlagsFromString('--optimize-for-size');
  // V8's first limit is that of a large heap, whatever the flags say. After a collection, the limit follows from what is in use.
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  isSmall = true;
}
