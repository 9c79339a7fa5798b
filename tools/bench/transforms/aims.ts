import { NAMES } from './contestants.ts';
import { byteRatio, cpuRatio, rowOf, type Ratio, type SourceResult } from './results.ts';
import type { SourceClass } from './sources/source-class.ts';

/** What was aimed at, and what has come of it. */
export interface Verdict {
  readonly aim: string;
  readonly figure: string;
  readonly verdict: string;
}

const { darkroom, floor, naive } = NAMES;
const fast = NAMES['darkroom-fast'];
const defaults = NAMES['naive-defaults'];

const FLOOR = 1.05;
/** At least so many times the CPU of Darkroom, by class. */
const PIPELINE_PER_OUTPUT: Readonly<Record<SourceClass, number>> = {
  plain: 1.1,
  srgb: 2,
  progressive: 3.3,
  png: 3.3,
};
const FAST: Partial<Record<SourceClass, number>> = { plain: 2.1, srgb: 3.4 };
/** Smaller differences of SSIM do not count: the last digit that the table shows. */
const SSIM_TOLERANCE = 0.0005;

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** "met", or by how much it was missed, of the aim. */
export function verdictOf(figure: number, aim: number, better: 'more' | 'less'): string {
  const isMet = better === 'more' ? figure >= aim : figure <= aim;
  return isMet ? 'met' : `missed by ${percent(Math.abs(figure - aim) / aim)}`;
}

function spread({ mean, least, most }: Ratio): string {
  return `${mean.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

function atLeast(aim: string, ratio: Ratio, bound: number): Verdict {
  return { aim, figure: spread(ratio), verdict: verdictOf(ratio.mean, bound, 'more') };
}

function atMost(aim: string, ratio: Ratio, bound: number): Verdict {
  return { aim, figure: spread(ratio), verdict: verdictOf(ratio.mean, bound, 'less') };
}

function noWorse(results: readonly SourceResult[], one: string, other: string): Verdict {
  const [ours, theirs] = [rowOf(results, one), rowOf(results, other)];
  const [by, decibels] = [ours.ssim - theirs.ssim, ours.psnr - theirs.psnr];
  const sign = (value: number, digits: number) =>
    `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
  return {
    aim: `${one}: quality no worse than ${other.trim()}`,
    figure: `SSIM ${sign(by, 4)}, PSNR ${sign(decibels, 2)} dB`,
    verdict: by >= -SSIM_TOLERANCE ? 'met' : `missed by ${Math.abs(by).toFixed(4)}`,
  };
}

/** The aims of a class of sources. Ratios are of CPU seconds, and more is better, but for the floor. */
export function verdicts(
  sourceClass: SourceClass,
  results: readonly SourceResult[],
): readonly Verdict[] {
  const least = PIPELINE_PER_OUTPUT[sourceClass];
  const fastLeast = FAST[sourceClass];
  return [
    atMost(`at most ${FLOOR} × the floor`, cpuRatio(results, darkroom, floor), FLOOR),
    atLeast(
      `${naive} costs at least ${least} × as much`,
      cpuRatio(results, naive, darkroom),
      least,
    ),
    noWorse(results, darkroom, naive),
    ...(fastLeast === undefined
      ? []
      : [
          atLeast(
            `effort fast: ${naive} ${defaults.trim()} costs at least ${fastLeast} × as much`,
            cpuRatio(results, defaults, fast),
            fastLeast,
          ),
          atMost(
            'effort fast: at most as many bytes as that',
            byteRatio(results, fast, defaults),
            1,
          ),
          noWorse(results, fast, defaults),
        ]),
  ];
}
