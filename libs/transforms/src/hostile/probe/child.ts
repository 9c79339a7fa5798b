/** A process that pictures are tried in, so that only it dies of them. Started by `Probe`, with its options as JSON. */
import type { ProbeAnswer, ProbeOptions, ProbeRequest } from './protocol.ts';
import { peakMiB, resetPeak } from './peak-memory.ts';
import { Trials } from './trial.ts';

const trials = new Trials(JSON.parse(process.argv[2] ?? '{}') as ProbeOptions);

async function answer({ source, withOutputs }: ProbeRequest): Promise<ProbeAnswer> {
  resetPeak();
  const started = performance.now();
  const [one, other] = await Promise.all([trials.run(source), trials.run(source)]);
  return {
    kind: 'answer',
    outcomes: [one.outcome, other.outcome],
    milliseconds: performance.now() - started,
    peakMiB: peakMiB(),
    outputs: withOutputs ? one.outputs : new Map(),
  };
}

process.on('message', (request: ProbeRequest) => {
  void answer(request).then((given) => process.send?.(given));
});
