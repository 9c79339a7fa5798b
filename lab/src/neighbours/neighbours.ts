import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Manifest, SettingsInput } from '@darkroom/pipeline';
import sharp from 'sharp';
import { startTestbed, type Testbed } from '../testbed/testbed.ts';
import { outputFolder } from '../testing/contract.ts';
import { HOSTILE_UPLOADS, type HostileUpload } from './hostile-uploads.ts';

const ORDINARY = 10;
const HOSTILE = 4;
const POLL_MS = 100;

/** The default recipe's crop by attention, a size for pages, and a cover. */
const PIPELINE: SettingsInput = {
  recipes: [
    {
      name: 'photos',
      match: { prefix: 'uploads/' },
      variants: [
        {
          name: 'thumb',
          steps: [
            'rotate',
            { resize: { width: 200, height: 200, fit: 'cover', position: 'attention' } },
            { encode: 'webp' },
          ],
        },
        {
          name: 'cover',
          steps: [
            'rotate',
            { resize: { width: 640, height: 360, fit: 'cover' } },
            { encode: 'jpeg' },
          ],
        },
      ],
    },
  ],
  // A busy machine must not end an upload whose cost is within the limits.
  function: { memory: 1769, timeout: 300 },
  queue: { batchSize: 10, batchWindow: 1, maximumConcurrency: 2 },
  storage: { protect: false },
};

/** Seconds from the start of a burst to the manifest of a photo. */
export interface Pace {
  readonly median: number;
  readonly worst: number;
}

export interface NeighboursFigures {
  readonly name: string;
  readonly bytes: number;
  readonly alone: Pace;
  readonly amongHostile: Pace;
  /** Outcomes of the ten ordinary uploads of each burst. */
  readonly ordinary: readonly string[];
  /** Outcomes of the four hostile ones of each burst. */
  readonly hostile: readonly string[];
  /** Whether a process of its own worked on an upload. */
  readonly isolated: boolean;
  readonly deadLetters: number;
}

const outcome = (manifest: Manifest) =>
  manifest.status === 'rejected' ? manifest.error.code : manifest.status;

async function photo(seed: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 120 + seed, sigma: 30 } as const;
  const [width, height] = [1600, 1200];
  return sharp({ create: { width, height, channels: 3, background: '#888', noise } })
    .jpeg()
    .toBuffer();
}

/** Whether a process of the engine runs for one of these functions (apps/resizer/src/isolation). */
async function hasEngineProcess(functions: readonly number[]): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const [command, stat] = await Promise.all(
      ['cmdline', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
    );
    const parent = Number(stat?.split(') ')[1]?.split(' ')[1]);
    if (command?.includes('darkroom-engine-process') && functions.includes(parent)) return true;
  }
  return false;
}

class Bench {
  readonly #testbed: Testbed;
  #round = 0;

  constructor(testbed: Testbed) {
    this.#testbed = testbed;
  }

  /** When each manifest was there first: one list for all, because the stack and the rig share the machine's CPUs. */
  async #arrivals(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { application, info } = this.#testbed;
    const arrivals = new Map<string, number>();
    while (arrivals.size < keys.length) {
      await delay(POLL_MS);
      const listed = await application.list(info.processedBucket);
      for (const key of keys) {
        if (!arrivals.has(key) && listed.has(this.#manifestOf(key))) {
          arrivals.set(key, performance.now());
        }
      }
    }
    return arrivals;
  }

  #manifestOf(key: string): string {
    return `${outputFolder(key, this.#testbed.info.recipes)}manifest.json`;
  }

  async #outcomeOf(key: string): Promise<string> {
    const { application, info } = this.#testbed;
    const { body } = await application.read(info.processedBucket, this.#manifestOf(key));
    return outcome(JSON.parse(body.toString()) as Manifest);
  }

  /** Uploads everything at once, the hostile files spread among the photos. */
  async round(photos: readonly Buffer[], hostile: readonly Buffer[]) {
    const { application, stack } = this.#testbed;
    this.#round += 1;
    const named = (kind: string, bodies: readonly Buffer[]) =>
      bodies.map((body, index) => ({ body, key: `uploads/${this.#round}/${kind}-${index}.jpg` }));
    const [good, bad] = [named('photo', photos), named('hostile', hostile)];
    let isDone = false;
    let isolated = false;
    const watching = (async () => {
      while (!isDone) {
        isolated ||= await hasEngineProcess((await stack.pids()).functions);
        await delay(POLL_MS);
      }
    })();
    const begun = performance.now();
    const all = [...bad, ...good];
    const [arrivals] = await Promise.all([
      this.#arrivals(all.map(({ key }) => key)),
      ...all.map(({ key, body }) => {
        const sample = { name: key, body, outcome: 'done' as const };
        return application.perform({ kind: 'upload', key, sample });
      }),
    ]);
    await application.untilIdle();
    isDone = true;
    await watching;
    const outcomes = (of: typeof all) => Promise.all(of.map(({ key }) => this.#outcomeOf(key)));
    const seconds = good
      .map(({ key }) => ((arrivals.get(key) ?? begun) - begun) / 1000)
      .sort((x, y) => x - y);
    const pace = { median: seconds[seconds.length >> 1] ?? 0, worst: seconds.at(-1) ?? 0 };
    return { pace, ordinary: await outcomes(good), others: await outcomes(bad), isolated };
  }
}

type Round = Awaited<ReturnType<Bench['round']>>;
const NO_PACE: Pace = { median: 0, worst: 0 };

export interface NeighboursOptions {
  readonly uploads?: readonly HostileUpload[];
  /** Bursts of each kind; the figures are those with the least worst pace. Default: 1. */
  readonly bursts?: number;
  readonly onRow?: (figures: NeighboursFigures) => void | Promise<void>;
}

const fastest = <T extends { readonly pace: Pace }>(rounds: readonly T[]): T | undefined =>
  rounds.toSorted((a, b) => a.pace.worst - b.pace.worst)[0];

/**
 * Uploads ten photos alone, and then with four copies of each hostile file among them. The machine's other work only adds to
 * a burst, and the fastest of several is nearest to the truth.
 */
export async function measureNeighbours({
  uploads = HOSTILE_UPLOADS,
  bursts = 1,
  onRow = () => undefined,
}: NeighboursOptions = {}): Promise<NeighboursFigures[]> {
  const testbed = await startTestbed({
    ...{ pipeline: PIPELINE, faults: { next: () => undefined }, concurrency: 2 },
  });
  try {
    const bench = new Bench(testbed);
    const photos = await Promise.all(Array.from({ length: ORDINARY }, (_, seed) => photo(seed)));
    // Starts the function's processes.
    await bench.round(photos, []);
    const rows: NeighboursFigures[] = [];
    for (const { name, make } of uploads) {
      const body = await make();
      const [alone, among] = [[], []] as [Round[], Round[]];
      for (let burst = 0; burst < bursts; burst += 1) {
        alone.push(await bench.round(photos, []));
        among.push(await bench.round(photos, Array<Buffer>(HOSTILE).fill(body)));
      }
      const row = {
        ...{ name, bytes: body.length },
        alone: fastest(alone)?.pace ?? NO_PACE,
        amongHostile: fastest(among)?.pace ?? NO_PACE,
        ordinary: among.flatMap(({ ordinary }) => ordinary),
        hostile: among.flatMap(({ others }) => others),
        isolated: among.some(({ isolated }) => isolated),
        deadLetters: (await testbed.application.takeDeadLetters()).length,
      };
      rows.push(row);
      await onRow(row);
    }
    return rows;
  } finally {
    await testbed.stop();
  }
}
