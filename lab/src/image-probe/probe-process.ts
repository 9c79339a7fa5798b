/** A process that tries images, which may end it. `Probe` starts it, with its options as JSON. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { ProbeAnswer, ProbeOptions, ProbeRequest } from './protocol.ts';
import { Trials } from './trial.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ProbeOptions;
const trials = new Trials(options);

function injectDefect(): void {
  if (options.defect === 'kill') process.kill(process.pid, 'SIGSEGV');
  if (options.defect === 'reject') void Promise.reject(new Error('unexpected'));
  while (options.defect === 'loop');
}

async function answer({ source, withOutputs }: ProbeRequest): Promise<ProbeAnswer> {
  injectDefect();
  const grown = watchMemory();
  const started = performance.now();
  const first = trials.run(source);
  // The pipeline gives an upload whose cost it does not know, such as an SVG, a process of its own.
  if (options.svg) await first;
  const [one, other] = await Promise.all([first, trials.run(source)]);
  return {
    kind: 'answer',
    outcomes: [one.outcome, other.outcome],
    milliseconds: performance.now() - started,
    grownMiB: grown(),
    estimatedMiB: one.estimatedMiB,
    outputs: withOutputs ? one.outputs : new Map(),
  };
}

process.on('message', (request: ProbeRequest) => {
  void answer(request).then((given) => process.send?.(given));
});

const MIB = 1024 * 1024;

/**
 * Starts to watch resident memory. The returned function gives its peak growth since then, MiB; undefined if the system
 * does not report it (proc(5): `clear_refs` resets the peak, `VmHWM` is the new one).
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
