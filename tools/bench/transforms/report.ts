import { verdicts } from './aims.ts';
import { NAMES } from './contestants.ts';
import type { Quality } from './quality/compare.ts';
import { cpuRatio, rowOf, type SourceResult } from './results.ts';
import { CLASS_NAMES, SOURCE_CLASSES } from './sources/source-class.ts';
import { markdownTable, textTable } from './table.ts';

/** Everything that was measured, with what a reader has to know to compare it. */
export interface Report {
  readonly results: readonly SourceResult[];
  readonly contestants: readonly string[];
  /** Programs that are not installed here. */
  readonly missing: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  /** What the sources are, in words. */
  readonly sources: string;
}

const HEAD = ['', 'CPU s', 'wall s', 'peak MiB', 'KiB out', 'SSIM', 'PSNR dB', 'CPU ratio'];

function cells(results: readonly SourceResult[], contestant: string): string[] {
  const row = rowOf(results, contestant);
  return [
    row.contestant,
    row.cpu.toFixed(3),
    row.wall.toFixed(3),
    // Systems without this figure report 0.
    row.peak > 0 ? row.peak.toFixed(0) : '–',
    (row.bytes / 1024).toFixed(0),
    row.ssim.toFixed(4),
    row.psnr.toFixed(2),
    cpuRatio(results, contestant, NAMES.darkroom).mean.toFixed(2),
  ];
}

function classes({ results }: Report) {
  return SOURCE_CLASSES.map((sourceClass) => ({
    sourceClass,
    name: CLASS_NAMES[sourceClass],
    own: results.filter((result) => result.sourceClass === sourceClass),
  })).filter(({ own }) => own.length > 0);
}

function titleOf(name: string, own: readonly SourceResult[]): string {
  const megapixels = own.map(({ width, height }) => (width * height) / 1e6);
  const [least, most] = [Math.min(...megapixels), Math.max(...megapixels)];
  const photos = own.length === 1 ? '1 photo' : `${own.length} photos`;
  const size = least === most ? least.toFixed(1) : `${least.toFixed(1)} to ${most.toFixed(1)}`;
  return `${name}: ${photos} of ${size} megapixels`;
}

function words({ ssim, psnr }: Quality): string {
  // Where the largest one is the whole picture, nothing differs.
  const decibels = Number.isFinite(psnr) ? `${psnr.toFixed(1)} dB` : '∞';
  return `SSIM at least ${ssim.toFixed(4)}, PSNR at least ${decibels}`;
}

/** The bound on what deriving every size from the largest one does to the pixels. */
function derivation({ results }: Report): readonly string[] {
  const worst = (of: (result: SourceResult) => Quality): Quality => ({
    ssim: Math.min(...results.map((result) => of(result).ssim)),
    psnr: Math.min(...results.map((result) => of(result).psnr)),
  });
  return [
    `Darkroom, derived from the largest: ${words(worst(({ derivation: { derived } }) => derived))}`,
    `${NAMES.naive}, from the upload: ${words(worst(({ derivation: { direct } }) => direct))}`,
  ];
}

function about({ versions, rounds, sources, missing }: Report): readonly string[] {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${names.join(', ')}; ${sources}; medians of ${rounds === 1 ? '1 round' : `${rounds} rounds`}.`,
    ...(missing.length > 0 ? [`Not installed here, and left out: ${missing.join(', ')}.`] : []),
  ];
}

/** For the terminal. */
export function textReport(report: Report): string {
  return [
    ...about(report),
    ...classes(report).map(({ sourceClass, name, own }) =>
      [
        `\n${titleOf(name, own)}`,
        textTable([HEAD, ...report.contestants.map((contestant) => cells(own, contestant))]),
        textTable(
          verdicts(sourceClass, own).map(({ aim, figure, verdict }) => [
            `  ${aim}`,
            figure,
            verdict,
          ]),
        ),
      ].join('\n'),
    ),
    '\nResampling alone, lossless, against one resize of the whole picture',
    ...derivation(report).map((line) => `  ${line}`),
  ].join('\n');
}

/** For docs/performance.md: ratios, which other machines can compare, and no seconds. */
export function markdownReport(report: Report, date: Date): string {
  const parts = classes(report).map(({ sourceClass, name, own }) => {
    const rows = report.contestants.map((contestant) => {
      const [, , , peak = '', kib = '', ssim = '', psnr = '', ratio = ''] = cells(own, contestant);
      return [contestant.trim(), ratio, peak, kib, ssim, psnr];
    });
    const judged = verdicts(sourceClass, own);
    return [
      `#### ${titleOf(name, own)}`,
      markdownTable([['', 'CPU, × Darkroom', 'peak MiB', 'KiB out', 'SSIM', 'PSNR dB'], ...rows]),
      markdownTable([
        ['aim', 'measured', 'verdict'],
        ...judged.map(({ aim, figure, verdict }) => [aim, figure, verdict]),
      ]),
    ].join('\n\n');
  });
  return [
    `Measured on ${date.toISOString().slice(0, 10)}: ${about(report).join(' ')}`,
    ...parts,
    '#### Deriving from the largest',
    'Resampling alone, lossless, against one resize of the whole picture; the worst of all sources and widths.',
    derivation(report)
      .map((line) => `- ${line}`)
      .join('\n'),
  ].join('\n\n');
}
