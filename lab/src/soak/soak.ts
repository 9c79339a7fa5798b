import { availableParallelism } from 'node:os';
import { checkBuckets, type Violation } from '../testbed/check-buckets.ts';
import { TESTBED_PIPELINE } from '../testbed/pipeline-settings.ts';
import { ReferenceOutputs } from '../testbed/reference-outputs.ts';
import { makeSampleUploads, pick, type SampleUpload } from '../testbed/sample-uploads.ts';
import { startTestbed, type Testbed } from '../testbed/testbed.ts';
import { notification } from '../testing/notification.ts';
import { loadSteadily, type LoadLength, type SteadyFigures } from './steady-load.ts';

/** MiB: more than enough for two images at once. */
export const FUNCTION_MEMORY = 3538;

export interface SoakOptions {
  /** Of the steady load. */
  readonly length: LoadLength;
  /** Messages of the burst. */
  readonly burst: number;
  /** Valid uploads of the flood, alone and among as many corrupt ones. */
  readonly flood: number;
  readonly onProgress?: (text: string) => void;
}

export interface BurstFigures {
  readonly messages: number;
  /** Seconds from the first message sent to an empty queue. */
  readonly seconds: number;
}

export interface FloodFigures {
  /** Valid uploads per second, alone. */
  readonly validAlone: number;
  /** Valid uploads per second, each together with a corrupt one. */
  readonly validInFlood: number;
  /** `validInFlood` divided by `validAlone`. It is 0.5 if corrupt uploads cost as much as valid ones. */
  readonly ratio: number;
}

export interface SoakFigures {
  readonly steady: SteadyFigures;
  readonly burst: BurstFigures;
  readonly flood: FloodFigures;
  /** Messages in the dead-letter queue at the end of the run. */
  readonly deadLetters: number;
}

export interface SoakResult {
  readonly figures: SoakFigures;
  /** Of all uploads of the run, found when the queue is empty. */
  readonly violations: readonly Violation[];
}

/** Runs the pipeline under load and without faults. Measures what grows, what slows down and what is left over. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { length, burst, flood, onProgress = () => undefined } = options;
  const testbed = await startTestbed({
    pipeline: { ...TESTBED_PIPELINE, function: { timeout: 60, memory: FUNCTION_MEMORY } },
    faults: { next: () => undefined },
    concurrency: availableParallelism(),
  });
  try {
    const { application, info } = testbed;
    const samples = await makeSampleUploads();
    const reference = await ReferenceOutputs.make(application, info, samples);
    const uploads = new Map(reference.uploads);
    onProgress(`a burst of ${burst} messages`);
    const burstFigures = await sendBurst(testbed, samples, burst, uploads);
    onProgress(`${flood} valid uploads alone, and among ${flood} corrupt ones`);
    const floodFigures = await floodWithCorrupt(testbed, samples, flood, uploads);
    onProgress(`steady load: ${JSON.stringify(length)}`);
    const steady = await loadSteadily(testbed, samples, length, uploads);
    onProgress(`comparing the outputs of ${uploads.size} uploads`);
    const violations = await checkBuckets(application, info, uploads, reference);
    const deadLetters = (await application.takeDeadLetters()).length;
    return {
      figures: { steady, burst: burstFigures, flood: floodFigures, deadLetters },
      violations,
    };
  } finally {
    await testbed.stop();
  }
}

const BURST_KEYS = 50;
/** Messages that are sent at the same time. */
const SENDERS = 50;

/** Sends many messages at once about few keys: most of them find outputs that are up to date. */
async function sendBurst(
  { application, info }: Testbed,
  samples: readonly SampleUpload[],
  messages: number,
  uploads: Map<string, SampleUpload>,
): Promise<BurstFigures> {
  const begun = performance.now();
  const keys = Array.from({ length: BURST_KEYS }, (_, index) => `uploads/burst/${index}`);
  for (const [index, key] of keys.entries()) {
    const sample = pick(samples, index);
    await application.perform({ kind: 'upload', key, sample });
    uploads.set(key, sample);
  }
  let left = messages - keys.length;
  const sender = async () => {
    while (left-- > 0)
      await application.send(notification({ bucket: info.sourceBucket, key: pick(keys, left) }));
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  await application.untilIdle();
  return { messages, seconds: (performance.now() - begun) / 1000 };
}

/** Uploads valid images alone, and then as many with a corrupt one next to each. */
async function floodWithCorrupt(
  { application }: Testbed,
  samples: readonly SampleUpload[],
  count: number,
  uploads: Map<string, SampleUpload>,
): Promise<FloodFigures> {
  const valid = samples.filter(({ outcome }) => outcome === 'done');
  const corrupt = samples.filter(({ outcome }) => outcome !== 'done');
  /** Valid uploads per second, from the first upload to an empty queue. */
  const rate = async (name: string, groups: readonly (readonly SampleUpload[])[]) => {
    const begun = performance.now();
    for (let index = 0; index < count; index++)
      await Promise.all(
        groups.map(async (group, place) => {
          const [key, sample] = [`uploads/${name}/${index}-${place}`, pick(group, index)];
          await application.perform({ kind: 'upload', key, sample });
          uploads.set(key, sample);
        }),
      );
    await application.untilIdle();
    return (count * 1000) / (performance.now() - begun);
  };
  const validAlone = await rate('alone', [valid]);
  const validInFlood = await rate('flood', [corrupt, valid]);
  return { validAlone, validInFlood, ratio: validInFlood / validAlone };
}
