import { setTimeout as delay } from 'node:timers/promises';
import type { Rig } from '../testbed/testbed.ts';
import type { Blob } from '../testbed/sample-uploads.ts';
import { keepLoaded } from './load.ts';
import { processStatus, type ProcessStatus } from './process-status.ts';
import { slope } from './trend.ts';

/** The share of the time that caches, heaps and the allocator need to find their size. */
const WARM_UP = 0.3;
const SAMPLES = 60;
const KEYS = 40;
const MINUTE_MS = 60_000;

interface Sample {
  /** Minutes since the beginning. */
  readonly minute: number;
  readonly uploads: number;
  readonly processes: readonly ProcessStatus[];
}

export interface SteadyFigures {
  readonly minutes: number;
  readonly uploads: number;
  /** After the warm-up, MiB a minute: of the function's process and of the stack's that grew most. */
  readonly functionGrowth: number;
  readonly stackGrowth: number;
  /** In the end, MiB. */
  readonly functionMiB: number;
  readonly stackMiB: number;
  /** Uploads a second in the second half of the time after the warm-up, by those in its first half; 1 is flat. */
  readonly throughputRatio: number;
  /** File descriptors, after the warm-up and in the end: the process that gained most. */
  readonly filesGained: number;
  /** Seconds until the queue was empty. */
  readonly drainSeconds: number;
}

/** Keeps the pipeline at work for so long, and looks at what must not grow. */
export async function measureSteady(
  { application, stack }: Rig,
  blobs: readonly Blob[],
  minutes: number,
): Promise<SteadyFigures> {
  const begun = performance.now();
  const minute = () => (performance.now() - begun) / MINUTE_MS;
  const keys = Array.from({ length: KEYS }, (_, index) => `uploads/steady/${index}`);
  const samples: Sample[] = [];
  let uploads = 0;
  const load = keepLoaded(application, blobs, keys, (number) => {
    uploads = number;
    return minute() >= minutes;
  });
  while (minute() < minutes) {
    await delay((minutes * MINUTE_MS) / SAMPLES);
    const { stack: own, functions } = await stack.pids();
    const processes = [own, ...functions].flatMap((pid) => processStatus(pid) ?? []);
    samples.push({ minute: minute(), uploads, processes });
  }
  await load;
  const ended = performance.now();
  await application.quiet();
  const { stack: own } = await stack.pids();
  const warm = samples.filter((sample) => sample.minute >= minutes * WARM_UP);
  const pids = new Set(warm.flatMap(({ processes }) => processes.map(({ pid }) => pid)));
  const histories = [...pids].map((pid) => historyOf(pid, warm));
  const ofStack = histories.filter(({ pid }) => pid === own);
  const ofFunctions = histories.filter(({ pid }) => pid !== own);
  return {
    minutes,
    uploads,
    functionGrowth: Math.max(...ofFunctions.map(({ growth }) => growth)),
    stackGrowth: Math.max(...ofStack.map(({ growth }) => growth)),
    functionMiB: Math.max(...ofFunctions.map(({ residentMiB }) => residentMiB)),
    stackMiB: Math.max(...ofStack.map(({ residentMiB }) => residentMiB)),
    throughputRatio: throughputRatio(warm),
    filesGained: Math.max(...histories.map(({ filesGained }) => filesGained)),
    drainSeconds: (performance.now() - ended) / 1000,
  };
}

function historyOf(pid: number, samples: readonly Sample[]) {
  const points = samples.flatMap(({ minute, processes }) =>
    processes.filter((status) => status.pid === pid).map((status) => ({ minute, ...status })),
  );
  // Connections come and go: the least of some samples is what stays.
  const part = Math.ceil(points.length / 4);
  const least = (some: typeof points) => Math.min(...some.map(({ files }) => files));
  return {
    pid,
    growth: slope(points.map(({ minute, residentMiB }) => ({ x: minute, y: residentMiB }))),
    residentMiB: points.at(-1)?.residentMiB ?? 0,
    filesGained: least(points.slice(-part)) - least(points.slice(0, part)),
  };
}

function throughputRatio(samples: readonly Sample[]): number {
  const middle = samples[Math.floor(samples.length / 2)];
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (!first || !middle || !last) throw new Error('Too few samples');
  const rate = (from: Sample, to: Sample) =>
    (to.uploads - from.uploads) / (to.minute - from.minute);
  return rate(middle, last) / rate(first, middle);
}
