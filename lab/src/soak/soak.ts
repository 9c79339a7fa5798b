import { availableParallelism } from 'node:os';
import { checkBuckets } from '../testbed/check-buckets.ts';
import { Reference } from '../testbed/reference-outputs.ts';
import type { Violation } from '../testbed/violation.ts';
import { startRig } from '../testbed/testbed.ts';
import { CHAOS_PIPELINE } from '../testbed/pipeline-settings.ts';
import { makeBlobs } from '../testbed/sample-uploads.ts';
import { measureBurst, type BurstFigures } from './burst.ts';
import { measureFlood, type FloodFigures } from './flood.ts';
import { measureSteady, type SteadyFigures } from './steady.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** Messages of the burst. */
  readonly burst: number;
  /** Good uploads of the flood, alone and among corrupt ones. */
  readonly flood: number;
  readonly onProgress?: (text: string) => void;
}

export interface SoakFigures {
  readonly steady: SteadyFigures;
  readonly burst: BurstFigures;
  readonly flood: FloodFigures;
}

export interface SoakResult {
  readonly figures: SoakFigures;
  /** Of the burst's uploads. */
  readonly violations: readonly Violation[];
}

/** The pipeline under load and without faults: what grows, what slows down, what is left over. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { minutes, burst, flood, onProgress = () => undefined } = options;
  const rig = await startRig({
    pipeline: { ...CHAOS_PIPELINE, function: { timeout: 60, memory: 3538 } },
    faults: { next: () => undefined },
    concurrency: availableParallelism(),
  });
  try {
    const blobs = await makeBlobs();
    const reference = await Reference.make(rig.application, rig.info, blobs);
    onProgress(`a burst of ${burst} messages`);
    const burstResult = await measureBurst(rig, blobs, burst);
    const uploads = new Map([...reference.uploads, ...burstResult.uploads]);
    const violations = await checkBuckets(rig.application, rig.info, uploads, reference);
    onProgress(`${flood} good uploads alone, and among ${flood} corrupt ones`);
    const floodFigures = await measureFlood(rig, blobs, flood);
    onProgress(`${minutes} minutes at work`);
    const steady = await measureSteady(rig, blobs, minutes);
    return { figures: { steady, burst: burstResult.figures, flood: floodFigures }, violations };
  } finally {
    await rig.stop();
  }
}
