import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { pick, type SampleUpload } from '../testbed/sample-uploads.ts';
import type { Testbed } from '../testbed/testbed.ts';

/** Share of the load that caches, heaps and the allocator need to reach their size. */
const WARM_UP = 0.3;
const MEASUREMENTS = 60;
const KEYS = 40;
const MINUTE_MS = 60_000;
/** Milliseconds between two looks at the queue. */
const PAUSE_MS = 100;
/** Messages that may wait. The pipeline always has work, and the queue stays short. */
const BACKLOG = 30;
/** Uploads between two looks at the queue. */
const UPLOADS_PER_ROUND = 10;

/** How long the load lasts: a time, or a number of uploads that does not depend on the machine. */
export type LoadLength = { readonly minutes: number } | { readonly uploads: number };

export interface SteadyFigures {
  readonly minutes: number;
  readonly uploads: number;
  /** MiB per 1,000 uploads after the warm-up: the function process that grew most. */
  readonly functionGrowth: number;
  /** MiB per 1,000 uploads after the warm-up: the process of the local stack. */
  readonly stackGrowth: number;
  /** Resident memory at the end, MiB: the largest function process. */
  readonly functionMiB: number;
  readonly stackMiB: number;
  /** File descriptors gained between the warm-up and the end: the process that gained most. */
  readonly filesGained: number;
  /** The same of sockets alone. */
  readonly connectionsGained: number;
  /** Uploads per second in the second half after the warm-up, divided by those in its first half. */
  readonly throughputRatio: number;
  /** Seconds from the last upload to an empty queue. */
  readonly drainSeconds: number;
}

interface Measurement {
  /** Minutes since the start. */
  readonly minute: number;
  readonly uploads: number;
  readonly processes: readonly ProcessStatus[];
}

/**
 * Overwrites the same keys again and again, at the rate at which the pipeline processes them. Only leaks can grow.
 * @param uploads receives the last upload of each key
 */
export async function loadSteadily(
  { application, stack }: Testbed,
  samples: readonly SampleUpload[],
  length: LoadLength,
  uploads: Map<string, SampleUpload>,
): Promise<SteadyFigures> {
  const begun = performance.now();
  const minutes = () => (performance.now() - begun) / MINUTE_MS;
  let count = 0;
  /** Share of the load that is done; 1 and more is the end. */
  const progress = () =>
    'minutes' in length ? minutes() / length.minutes : count / length.uploads;
  const keys = Array.from({ length: KEYS }, (_, index) => `uploads/steady/${index}`);
  const measured: (Measurement & { readonly progress: number })[] = [];
  while (progress() < 1) {
    const round = Array.from({ length: UPLOADS_PER_ROUND }, (_, index) => count + index);
    await Promise.all(
      round.map(async (number) => {
        const key = pick(keys, number);
        // A different sample each time a key is uploaded: no output is up to date already.
        const sample = pick(samples, number + Math.floor(number / KEYS));
        await application.perform({ kind: 'upload', key, sample });
        uploads.set(key, sample);
      }),
    );
    count += UPLOADS_PER_ROUND;
    while ((await application.messages()).waiting > BACKLOG) await delay(PAUSE_MS);
    if (progress() < measured.length / MEASUREMENTS) continue;
    const pids = await stack.pids();
    const processes = [pids.stack, ...pids.functions].flatMap((pid) => processStatus(pid) ?? []);
    measured.push({ progress: progress(), minute: minutes(), uploads: count, processes });
  }
  const lasted = minutes();
  await application.untilIdle();
  const warm = measured.filter((one) => one.progress >= WARM_UP);
  const { stack: stackPid } = await stack.pids();
  const pids = new Set(warm.flatMap(({ processes }) => processes.map(({ pid }) => pid)));
  const histories = [...pids].map((pid) => historyOf(pid, warm));
  const most = (some: readonly History[], property: Exclude<keyof History, 'pid'>) =>
    Math.max(...some.map((history) => history[property]));
  const ofStack = histories.filter(({ pid }) => pid === stackPid);
  const ofFunction = histories.filter(({ pid }) => pid !== stackPid);
  return {
    minutes: lasted,
    uploads: count,
    functionGrowth: most(ofFunction, 'growth'),
    stackGrowth: most(ofStack, 'growth'),
    functionMiB: most(ofFunction, 'residentMiB'),
    stackMiB: most(ofStack, 'residentMiB'),
    filesGained: most(histories, 'filesGained'),
    connectionsGained: most(histories, 'connectionsGained'),
    throughputRatio: throughputRatio(warm),
    drainSeconds: (minutes() - lasted) * 60,
  };
}

interface History {
  readonly pid: number;
  readonly growth: number;
  readonly residentMiB: number;
  readonly filesGained: number;
  readonly connectionsGained: number;
}

function historyOf(pid: number, measurements: readonly Measurement[]): History {
  const points = measurements.flatMap(({ uploads, processes }) =>
    processes.filter((status) => status.pid === pid).map((status) => ({ uploads, ...status })),
  );
  // Connections come and go. The least of some measurements is the number that stays open.
  const quarter = Math.ceil(points.length / 4);
  const gained = (property: 'files' | 'connections') => {
    const least = (some: typeof points) => Math.min(...some.map((point) => point[property]));
    return least(points.slice(-quarter)) - least(points.slice(0, quarter));
  };
  return {
    pid,
    growth: slope(
      points.map(({ uploads, residentMiB }) => ({ x: uploads / 1000, y: residentMiB })),
    ),
    residentMiB: points.at(-1)?.residentMiB ?? 0,
    filesGained: gained('files'),
    connectionsGained: gained('connections'),
  };
}

function throughputRatio(measurements: readonly Measurement[]): number {
  const middle = measurements[Math.floor(measurements.length / 2)];
  const [first, last] = [measurements.at(0), measurements.at(-1)];
  if (!first || !middle || !last) throw new Error('The load was too short: nothing was measured');
  const rate = (from: Measurement, to: Measurement) =>
    (to.uploads - from.uploads) / (to.minute - from.minute);
  return rate(middle, last) / rate(first, middle);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Slope of the straight line with the least squares; 0 for fewer than two points. */
export function slope(points: readonly Point[]): number {
  const mean = (value: (point: Point) => number) =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  if (points.length < 2 || spread === 0) return 0;
  return points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}

/** Whether this system reports memory and open files of a process in `/proc` (proc(5)). */
export const HAS_PROC = existsSync('/proc/self/status');

interface ProcessStatus {
  readonly pid: number;
  /** Resident memory, MiB. */
  readonly residentMiB: number;
  /** Open file descriptors, and how many of them are sockets. */
  readonly files: number;
  readonly connections: number;
}

/** @returns undefined if the process has ended */
function processStatus(pid: number): ProcessStatus | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    const descriptors = readdirSync(`/proc/${pid}/fd`);
    const sockets = descriptors.filter((name) => isSocket(`/proc/${pid}/fd/${name}`));
    return {
      ...{ pid, residentMiB: kibibytes / 1024 },
      ...{ files: descriptors.length, connections: sockets.length },
    };
  } catch {
    return undefined;
  }
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor).startsWith('socket:');
  } catch {
    // Closed since the listing.
    return false;
  }
}
