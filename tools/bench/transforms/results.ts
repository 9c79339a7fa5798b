import { geometricMean, mean, median } from '../statistics.ts';
import type { Measured } from './measured.ts';
import type { Derivation } from './quality/derivation.ts';
import type { Files } from './quality/quality-of.ts';
import type { SourceClass } from './sources/source-class.ts';

/** One contestant on one source. */
export interface Trial {
  readonly contestant: string;
  readonly rounds: readonly Measured[];
  readonly files: Files;
}

/** All contestants on one source. */
export interface SourceResult {
  readonly sourceClass: SourceClass;
  readonly photo: string;
  /** Upright pixels. */
  readonly width: number;
  readonly height: number;
  readonly trials: readonly Trial[];
  readonly derivation: Derivation;
}

/** One contestant on the photos of a class: medians of the rounds, means of the photos. */
export interface Row extends Measured, Files {
  readonly contestant: string;
}

/** A ratio over several photos. */
export interface Ratio {
  /** Geometric mean over the photos. */
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

function trialOf({ trials, photo }: SourceResult, contestant: string): Trial {
  const found = trials.find((trial) => trial.contestant === contestant);
  if (!found) throw new Error(`${contestant} has not run on ${photo}`);
  return found;
}

export function rowOf(results: readonly SourceResult[], contestant: string): Row {
  const trials = results.map((result) => trialOf(result, contestant));
  const measured = (of: (one: Measured) => number) =>
    mean(trials.map(({ rounds }) => median(rounds.map(of))));
  return {
    contestant,
    cpu: measured(({ cpu }) => cpu),
    wall: measured(({ wall }) => wall),
    peak: measured(({ peak }) => peak),
    bytes: mean(trials.map(({ files }) => files.bytes)),
    ssim: mean(trials.map(({ files }) => files.ssim)),
    psnr: mean(trials.map(({ files }) => files.psnr)),
  };
}

function ratioOf(ratios: readonly number[]): Ratio {
  return {
    mean: geometricMean(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
  };
}

/**
 * How often one contestant's CPU goes into another's. Each round is a ratio of its own, of two processes that ran
 * within seconds; a photo counts with the median of its rounds.
 */
export function cpuRatio(results: readonly SourceResult[], of: string, to: string): Ratio {
  return ratioOf(
    results.map((result) => {
      const others = trialOf(result, to).rounds;
      return median(
        trialOf(result, of).rounds.map(({ cpu }, round) => cpu / (others[round]?.cpu ?? NaN)),
      );
    }),
  );
}

export function byteRatio(results: readonly SourceResult[], of: string, to: string): Ratio {
  return ratioOf(
    results.map((result) => trialOf(result, of).files.bytes / trialOf(result, to).files.bytes),
  );
}
