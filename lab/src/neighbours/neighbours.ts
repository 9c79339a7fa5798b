import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Manifest, SettingsInput } from '@darkroom/pipeline';
import sharp from 'sharp';
import { startTestbed, type Testbed } from '../testbed/testbed.ts';
import { outputFolder } from '../testing/contract.ts';
import { HOSTILE_UPLOADS, type HostileUpload } from './hostile-uploads.ts';

const ORDINARY = 10;
const HOSTILE = 4;
const POLL_MS = 50;

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
  function: { memory: 1769, timeout: 60 },
  queue: { batchSize: 10, batchWindow: 1, maximumConcurrency: 2 },
  storage: { protect: false },
};

/** Seconds from an upload to its manifest. */
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

  async #outcomeOf(key: string): Promise<string> {
    const { application, info } = this.#testbed;
    const manifest = `${outputFolder(key, info.recipes)}manifest.json`;
    for (;;) {
      const found = (await application.list(info.processedBucket)).has(manifest);
      if (found) {
        const { body } = await application.read(info.processedBucket, manifest);
        return outcome(JSON.parse(body.toString()) as Manifest);
      }
      await delay(POLL_MS);
    }
  }

  /** Uploads everything at once, the hostile files spread among the photos. */
  async round(photos: readonly Buffer[], hostile: readonly Buffer[]) {
    const { application, stack } = this.#testbed;
    this.#round += 1;
    const send = async (kind: string, body: Buffer, index: number) => {
      const key = `uploads/${this.#round}/${kind}-${index}.jpg`;
      const sample = { name: key, body, outcome: 'done' as const };
      const begun = performance.now();
      await application.perform({ kind: 'upload', key, sample });
      const result = await this.#outcomeOf(key);
      return { outcome: result, seconds: (performance.now() - begun) / 1000 };
    };
    let isDone = false;
    let isolated = false;
    const watching = (async () => {
      while (!isDone) {
        isolated ||= await hasEngineProcess((await stack.pids()).functions);
        await delay(POLL_MS);
      }
    })();
    const bad = hostile.map((body, index) => send('hostile', body, index));
    const good = photos.map((body, index) => send('photo', body, index));
    const [ordinary, others] = await Promise.all([Promise.all(good), Promise.all(bad)]);
    await application.untilIdle();
    isDone = true;
    await watching;
    const seconds = ordinary.map((one) => one.seconds).sort((a, b) => a - b);
    const pace = { median: seconds[seconds.length >> 1] ?? 0, worst: seconds.at(-1) ?? 0 };
    return { pace, ordinary, others, isolated };
  }
}

type Round = Awaited<ReturnType<Bench['round']>>;
const NO_PACE: Pace = { median: 0, worst: 0 };

export interface NeighboursOptions {
  readonly uploads?: readonly HostileUpload[];
  /** Bursts of each kind; the figures are those with the least worst pace. Default: 1. */
  readonly bursts?: number;
  readonly onRow?: (figures: NeighboursFigures) => void;
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
        ordinary: among.flatMap(({ ordinary }) => ordinary.map(({ outcome: code }) => code)),
        hostile: among.flatMap(({ others }) => others.map(({ outcome: code }) => code)),
        isolated: among.some(({ isolated }) => isolated),
        deadLetters: (await testbed.application.takeDeadLetters()).length,
      };
      rows.push(row);
      onRow(row);
    }
    return rows;
  } finally {
    await testbed.stop();
  }
}
