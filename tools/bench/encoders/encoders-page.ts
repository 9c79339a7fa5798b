import { readFigures, writeFigures } from '../figures.ts';
import { mean } from '../statistics.ts';
import { markdownTable } from '../table.ts';
import { encodersPlot } from './encoders-plot.ts';
import type { EncodersReport, Metric } from './encoders-report.ts';
import { bytesOf, cpuOf, ratioAt } from './equal-quality.ts';
import { PHOTO_SET } from './photo-set.ts';
import { DEFAULT_QUALITY, type Format, FORMATS, SERIES } from './series.ts';

const JSON_FILE = 'encoders.json';
const NAMES: Readonly<Record<Format, string>> = { jpeg: 'JPEG', webp: 'WebP', avif: 'AVIF' };
const BASE = { format: 'jpeg', name: 'balanced' } as const;

/** SSIMULACRA2 of a high quality (its authors: 70), the score at which formats and settings are compared. */
export const SCORE = 70;
const AT = { metric: 'ssimulacra2', score: SCORE } as const;

const times = (ratio: number | undefined) => (ratio === undefined ? '–' : `${ratio.toFixed(2)} ×`);

/** The one sentence for users. */
export function adviceOf(report: EncodersReport): string {
  const said = (['webp', 'avif'] as const).map((format) => {
    const series = { format, name: 'balanced' };
    const bytes = ratioAt(report, series, BASE, { ...AT, of: bytesOf });
    const cpu = ratioAt(report, series, BASE, { ...AT, of: cpuOf });
    if (bytes === undefined || cpu === undefined) return `${NAMES[format]} was not measured`;
    const share = Math.round(Math.abs(1 - bytes) * 100);
    return `${NAMES[format]} takes ${share} % ${bytes < 1 ? 'fewer' : 'more'} bytes than JPEG for ${cpu.toFixed(1)} times its CPU time`;
  });
  return `At equal quality (SSIMULACRA2 ${SCORE}, \`effort: balanced\`), ${said.join(', and ')}.`;
}

/** Mean scores of the default qualities. */
function defaultsTable({ files }: EncodersReport): string {
  return markdownTable([
    ['default', 'bits per pixel', 'SSIMULACRA2', 'Butteraugli', 'DSSIM × 1,000', 'SSIM'],
    ...FORMATS.map((format) => {
      const quality = DEFAULT_QUALITY[format];
      const own = files.filter(
        (one) => one.format === format && one.series === 'balanced' && one.quality === quality,
      );
      const score = (metric: Metric, digits: number, factor = 1) => {
        const values = own.flatMap(({ scores }) => scores[metric] ?? []);
        return values.length === 0 ? '–' : (mean(values) * factor).toFixed(digits);
      };
      return [
        `${NAMES[format]} ${quality}`,
        mean(own.map(({ bytes, pixels }) => (8 * bytes) / pixels)).toFixed(2),
        ...[score('ssimulacra2', 1), score('butteraugli', 2), score('dssim', 2, 1000)],
        score('ssim', 4),
      ];
    }),
  ]);
}

/** All series as multiples of `balanced` of their format, by each metric's score of the default quality. */
function seriesTable(report: EncodersReport): string {
  return markdownTable([
    ['', `bytes at SSIMULACRA2 ${SCORE}`, 'CPU', 'bytes at Butteraugli 1.5', 'bytes at SSIM 0.98'],
    ...SERIES.map((series) => {
      const base = { format: series.format, name: 'balanced' };
      const at = (metric: Metric, score: number, of = bytesOf) =>
        times(ratioAt(report, series, base, { metric, score, of }));
      return [
        `${NAMES[series.format]}, ${series.name}`,
        ...[at('ssimulacra2', SCORE), at('ssimulacra2', SCORE, cpuOf)],
        ...[at('butteraugli', 1.5), at('ssim', 0.98)],
      ];
    }),
  ]);
}

/** What the search for `quality: { ssim }` gives in the eyes of the other metrics. */
function searchTable({ files }: EncodersReport): string {
  const rows = FORMATS.map((format) => {
    const own = files.filter((one) => one.format === format && one.series === 'balanced');
    const scoreAt = (wanted: number) => {
      const found = [...new Set(own.map(({ photo }) => photo))].flatMap((photo) => {
        const points = own
          .filter((one) => one.photo === photo)
          .flatMap(({ scores: { ssim, ssimulacra2 } }) =>
            ssim === undefined || ssimulacra2 === undefined ? [] : [{ x: ssim, y: ssimulacra2 }],
          )
          .sort((a, b) => a.x - b.x);
        return points.flatMap((right, index) => {
          const left = points[index - 1];
          if (!left || wanted < left.x || wanted >= right.x) return [];
          return [left.y + ((right.y - left.y) * (wanted - left.x)) / (right.x - left.x)];
        });
      });
      if (found.length === 0) return '–';
      const [least, most] = [Math.min(...found), Math.max(...found)];
      return `${mean(found).toFixed(0)} (${least.toFixed(0)} to ${most.toFixed(0)})`;
    };
    return [NAMES[format], scoreAt(0.96), scoreAt(0.98), scoreAt(0.99)];
  });
  return markdownTable([['SSIMULACRA2 at', 'ssim: 0.96', 'ssim: 0.98', 'ssim: 0.99'], ...rows]);
}

export function encodersMarkdown(report: EncodersReport): string {
  const { repository, commit, folder, photos } = PHOTO_SET;
  const { machine, versions, missing } = report;
  const used = new Set(report.files.map(({ photo }) => photo));
  const hashes = Object.entries(photos)
    .filter(([name]) => used.has(name))
    .map(([name, hash]) => [name, `\`${hash}\``]);
  return [
    `**${adviceOf(report)}**`,
    `Measured on ${report.date} with ${used.size} photos, ${report.files.length} files. ${machine.processors} processors (${machine.processor}), load average up to ${machine.loadHighest.toFixed(1)}. ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.${missing.length === 0 ? '' : ` Not measured: ${missing.join(', ')}.`}`,
    '![Quality and CPU time by file size](performance/encoders.svg)',
    'The default qualities are not one quality. Higher is better for SSIMULACRA2 and SSIM, lower for Butteraugli (3-norm) and DSSIM.',
    defaultsTable(report),
    'The settings of each `effort` as multiples of `balanced` of the same format, at equal scores: geometric means over the photos. CPU is that of the encoder alone.',
    seriesTable(report),
    'The search for `quality: { ssim }` uses SSIM. The table shows which SSIMULACRA2 the default settings have at an SSIM: mean, and range over the photos.',
    searchTable(report),
    `The photos are files of \`${folder}\` of [this repository](${repository}) at commit \`${commit}\`:`,
    markdownTable([['photo', 'SHA-256'], ...hashes]),
  ].join('\n\n');
}

export function readEncoders(): Promise<EncodersReport> {
  return readFigures<EncodersReport>(JSON_FILE);
}

export async function writeEncoders(report: EncodersReport): Promise<void> {
  await writeFigures('encoders', encodersMarkdown(report), {
    [JSON_FILE]: JSON.stringify(report),
    'encoders.svg': encodersPlot(report),
  });
}
