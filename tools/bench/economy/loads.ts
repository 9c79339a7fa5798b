import {
  type ArrivalPhase,
  AWS_LIMITS,
  DEFAULT_ASSUMPTIONS,
  imageSeconds,
  simulate,
  type Simulation,
  stackModel,
  type UploadUse,
} from '@darkroom/economics';
import { DEFAULTS } from './costs.ts';

const MINUTE = 60;
const STEADY_SECONDS = 10 * MINUTE;

const ARRIVALS: readonly { readonly name: string; readonly arrivals: ArrivalPhase }[] = [
  ...[1, 100, 10_000].map((rate) => ({
    name: `${rate.toLocaleString('en')} a second for 10 minutes`,
    arrivals: { from: 0, seconds: STEADY_SECONDS, uploads: rate * STEADY_SECONDS },
  })),
  { name: 'a million at once', arrivals: { from: 0, seconds: 0, uploads: 1_000_000 } },
];

/** The default of a stack, and the most that a setting and an account allow. */
const CONCURRENCIES = [
  { cap: DEFAULTS.queue.maximumConcurrency ?? Infinity, quota: 'queue.maximumConcurrency' },
  { cap: AWS_LIMITS.accountConcurrency.value, quota: 'concurrent calls of the account' },
] as const;

/** A prefix of a bucket takes at least this many writes per second (S3 user guide, "Performance design patterns"). */
export const S3_WRITES_PER_SECOND = 3500;

export interface Load {
  readonly name: string;
  /** Calls at once, at most. */
  readonly cap: number;
  readonly simulation: Simulation;
  readonly firstQuota: string;
}

/** The quota that a load reaches first, and within how many seconds: the timeline has at most 512 points. */
export function firstQuota(
  { timeline, maxConcurrency }: Pick<Simulation, 'timeline' | 'maxConcurrency'>,
  { cap, quota }: { readonly cap: number; readonly quota: string },
  writesPerUpload: number,
): string {
  const reached: { readonly at: number; readonly name: string }[] = [];
  if (maxConcurrency >= cap) {
    const at = timeline.find(({ concurrency }) => concurrency >= cap)?.at ?? 0;
    reached.push({ at, name: `${quota}: ${cap.toLocaleString('en')}` });
  }
  for (const [index, point] of timeline.entries()) {
    const before = timeline[index - 1];
    if (!before || point.at <= before.at) continue;
    const finished = (point.succeeded - before.succeeded) / (point.at - before.at);
    if (finished * writesPerUpload < S3_WRITES_PER_SECOND) continue;
    const writes = S3_WRITES_PER_SECOND.toLocaleString('en');
    reached.push({ at: point.at, name: `S3 writes to one prefix: ${writes} a second` });
    break;
  }
  const [first] = reached.sort((a, b) => a.at - b.at);
  return first ? `${first.name}, within ${Math.max(1, Math.round(first.at))} s` : 'none';
}

/** The model of `simulate` with the measured use of an upload. */
export async function loadsOf(
  use: UploadUse,
  cases: typeof ARRIVALS = ARRIVALS,
): Promise<readonly Load[]> {
  const loads: Load[] = [];
  const seconds = imageSeconds(use, DEFAULTS.function.memory, DEFAULT_ASSUMPTIONS);
  for (const { name, arrivals } of cases)
    for (const { cap, quota } of CONCURRENCIES) {
      const settings = { ...DEFAULTS, queue: { ...DEFAULTS.queue, maximumConcurrency: cap } };
      const simulation = await simulate({
        ...stackModel(settings, { failedAttempts: 0, crashedCalls: 0, coldStartSeconds: 1 }),
        ...{ arrivals: [arrivals], spacing: 'random', seed: 1 },
        serviceSeconds: () => seconds,
      });
      loads.push({
        ...{ name, cap, simulation },
        firstQuota: firstQuota(simulation, { cap, quota }, use.writes),
      });
    }
  return loads;
}
