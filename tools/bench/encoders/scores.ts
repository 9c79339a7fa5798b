import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { ssim } from 'ssim.js';
import type { Metric } from './encoders-report.ts';

const run = promisify(execFile);
const SCRIPT = path.join(import.meta.dirname, 'ssimulacra2_scores.py');

/** A program that compares pictures with a reference, all PNG files. */
interface Judge {
  readonly metric: Metric;
  readonly name: string;
  readonly version: string;
  readonly judge: (reference: string, pictures: readonly string[]) => Promise<readonly number[]>;
}

/** What a program prints, if it is there and succeeds. */
function say(command: string, args: readonly string[]): string | undefined {
  const { stdout, status } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The maintained port to Python. @param python with the package `ssimulacra2` */
function ssimulacra2(python: string): Judge | undefined {
  const version = say(python, [
    '-c',
    'import ssimulacra2; from importlib.metadata import version; print(version("ssimulacra2"))',
  ]);
  return version === undefined
    ? undefined
    : {
        ...{ metric: 'ssimulacra2', name: 'ssimulacra2 (PyPI)', version },
        async judge(reference, pictures) {
          const { stdout } = await run(python, [SCRIPT, JSON.stringify({ reference, pictures })]);
          return JSON.parse(stdout) as number[];
        },
      };
}

/** `0.00123<TAB>file` for each picture, in their order. */
export function dssimScores(printed: string): readonly number[] {
  return printed
    .trim()
    .split('\n')
    .map((line) => Number.parseFloat(line));
}

function isThere(command: string): boolean {
  return spawnSync(command, []).error === undefined;
}

/** It has no option for its version, as `butteraugli_main`. */
function dssim(): Judge | undefined {
  return isThere('dssim')
    ? {
        ...{ metric: 'dssim', name: 'dssim', version: '(crates.io)' },
        async judge(reference, pictures) {
          return dssimScores((await run('dssim', [reference, ...pictures])).stdout);
        },
      }
    : undefined;
}

/** The 3-norm: the maximum alone is the worst place of a picture. */
export function butteraugliScore(printed: string): number {
  const [, score] = /3-norm: ([\d.]+)/.exec(printed) ?? [];
  if (score === undefined) throw new Error(`butteraugli_main printed ${printed}`);
  return Number(score);
}

function butteraugli(): Judge | undefined {
  return isThere('butteraugli_main')
    ? {
        ...{ metric: 'butteraugli', name: 'butteraugli_main', version: '(libjxl)' },
        async judge(reference, pictures) {
          const scores: number[] = [];
          for (const one of pictures)
            scores.push(butteraugliScore((await run('butteraugli_main', [reference, one])).stdout));
          return scores;
        },
      }
    : undefined;
}

const pixelsOf = async (file: string) => {
  const { data, info } = await sharp(file)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
};

/** The measure of `quality: { ssim }`, on the whole picture. */
const own: Judge = {
  ...{ metric: 'ssim', name: 'ssim.js', version: 'bezkrovny' },
  async judge(reference, pictures) {
    const wanted = await pixelsOf(reference);
    const scores: number[] = [];
    for (const one of pictures) {
      const options = { ssim: 'bezkrovny', downsample: false } as const;
      scores.push(ssim(wanted, await pixelsOf(one), options).mssim);
    }
    return scores;
  },
};

/** @param rivals the folder of `--rivals`, with `venv` */
export function findJudges(rivals: string | undefined): {
  readonly judges: readonly Judge[];
  readonly missing: readonly string[];
} {
  const python = rivals === undefined ? 'python3' : path.join(rivals, 'venv/bin/python');
  const found = {
    'SSIMULACRA2 (pip install ssimulacra2)': ssimulacra2(python),
    'Butteraugli (libjxl-devtools)': butteraugli(),
    'DSSIM (cargo install dssim)': dssim(),
  };
  return {
    judges: [...Object.values(found).filter((judge) => judge !== undefined), own],
    missing: Object.entries(found).flatMap(([name, judge]) => (judge ? [] : [name])),
  };
}
