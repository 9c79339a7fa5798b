import { stat } from 'node:fs/promises';
import { type ContestantName, isOurs, type Job, repeats, type RunSize } from '../jobs.ts';
import {
  CannotError,
  runContestant,
  type RunOptions,
  type Trial,
} from '../contestants/run-contestant.ts';
import type { JobResult, Row } from '../report.ts';
import { makeSources } from '../sources/make-sources.ts';
import type { Photo } from '../sources/generated-photos.ts';
import { mean, median } from '../statistics.ts';

/** The list with another first element each time: no contestant always runs first or after the same one. */
export function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/**
 * Medians of the rounds. A ratio belongs to a round: its two processes ran within seconds, and a busy machine slows both.
 */
export function rowsOf(trials: ReadonlyMap<ContestantName, readonly Trial[]>): readonly Row[] {
  const sharps = trials.get('sharp');
  return [...trials].map(([contestant, rounds]) => {
    const of = (read: (trial: Trial) => number) => median(rounds.map(read));
    const ratios = rounds.flatMap(({ cpu }, round) => {
      const base = sharps?.[round];
      return base ? [cpu / base.cpu] : [];
    });
    const [{ requests } = {}] = rounds;
    return {
      contestant,
      cpu: of(({ cpu }) => cpu),
      wall: of(({ wall }) => wall),
      peak: of(({ peak }) => peak),
      bytes: of(({ bytes }) => bytes),
      ...(ratios.length > 0 && { ratio: median(ratios) }),
      ...(requests && { requests }),
    };
  });
}

interface JobsOptions extends Omit<RunOptions, 'warmUps' | 'passes'> {
  readonly photos: readonly Photo[];
  readonly rounds: number;
  readonly size: RunSize;
  readonly onProgress: (line: string) => void;
}

function isThere(contestant: ContestantName, { rivals }: JobsOptions): boolean {
  return !rivals.missing.some(({ name }) => name === contestant);
}

/** All contestants on one job, in turns. */
async function runJob(job: Job, options: JobsOptions): Promise<JobResult> {
  const { rounds, folder, photos, size, onProgress } = options;
  const { id, title, group, source, megapixels } = job;
  const files = await makeSources(source, photos, { folder, megapixels });
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const trials = new Map<ContestantName, Trial[]>();
  const cannot = new Map<ContestantName, string>();
  const contestants = job.contestants.filter((name) => isThere(name, options));
  for (let round = 0; round < rounds; round++)
    for (const contestant of rotated(contestants, round)) {
      if (cannot.has(contestant)) continue;
      try {
        const trial = await runContestant(contestant, job, files, {
          ...options,
          ...repeats(job, contestant, size),
        });
        trials.set(contestant, [...(trials.get(contestant) ?? []), trial]);
      } catch (error) {
        if (!(error instanceof CannotError) || isOurs(contestant)) throw error;
        cannot.set(contestant, error.message);
      }
    }
  onProgress(`${title}: ${[...trials.keys()].length} contestants`);
  const inOrder = contestants.flatMap((name) => {
    const own = trials.get(name);
    return own ? [[name, own] as const] : [];
  });
  return {
    ...{ id, title, group, uploads: files.length, uploadBytes: mean(sizes) },
    rows: rowsOf(new Map(inOrder)),
    cannot: [...cannot].map(([contestant, why]) => ({ contestant, why })),
  };
}

export async function runJobs(
  jobs: readonly Job[],
  options: JobsOptions,
): Promise<readonly JobResult[]> {
  const results: JobResult[] = [];
  for (const job of jobs) results.push(await runJob(job, options));
  return results;
}
