/** A process that pictures are tried in, so that only it dies of them. Started by `Probe`, with its options as JSON. */
import type { ProbeAnswer, ProbeOptions, ProbeRequest } from './protocol.ts';
import { watchMemory } from './peak-memory.ts';
import { Trials } from './trial.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ProbeOptions;
const trials = new Trials(options);

function goWrong(): void {
  if (options.defect === 'kill') process.kill(process.pid, 'SIGSEGV');
  if (options.defect === 'reject') void Promise.reject(new Error('out of the blue'));
  while (options.defect === 'loop');
}

async function answer({ source, withOutputs }: ProbeRequest): Promise<ProbeAnswer> {
  goWrong();
  const grown = watchMemory();
  const started = performance.now();
  const [one, other] = await Promise.all([trials.run(source), trials.run(source)]);
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
