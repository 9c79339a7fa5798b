import { geometricMean } from '../statistics.ts';
import type { EncodedFile, EncodersReport, Metric } from './encoders-report.ts';
import type { Series } from './series.ts';

type Value = (file: EncodedFile) => number;

/**
 * A value of a file, bytes for example, at a score between two measured ones: linear between their logarithms.
 * Undefined if no two files have the score between them.
 *
 * @param files of one photo and one series
 */
export function valueAt(
  files: readonly EncodedFile[],
  metric: Metric,
  score: number,
  of: Value,
): number | undefined {
  const points = files
    .flatMap((file) => {
      const x = file.scores[metric];
      return x === undefined ? [] : [{ x, y: Math.log(of(file)) }];
    })
    .sort((a, b) => a.x - b.x);
  for (const [index, right] of points.entries()) {
    const left = points[index - 1];
    if (!left || score < left.x || score > right.x) continue;
    return Math.exp(left.y + ((right.y - left.y) * (score - left.x)) / (right.x - left.x));
  }
  return undefined;
}

/** A series, as a multiple of another one at an equal score: the geometric mean of the photos that have both. */
export function ratioAt(
  { files }: Pick<EncodersReport, 'files'>,
  series: Pick<Series, 'format' | 'name'>,
  base: Pick<Series, 'format' | 'name'>,
  at: { readonly metric: Metric; readonly score: number; readonly of: Value },
): number | undefined {
  const { metric, score, of } = at;
  const ratios = [...new Set(files.map(({ photo }) => photo))].flatMap((photo) => {
    const valueOf = ({ format, name }: typeof series) =>
      valueAt(
        files.filter((one) => one.photo === photo && one.format === format && one.series === name),
        ...([metric, score, of] as const),
      );
    const [value, other] = [valueOf(series), valueOf(base)];
    return value === undefined || other === undefined ? [] : [value / other];
  });
  return ratios.length === 0 ? undefined : geometricMean(ratios);
}

export const bytesOf: Value = ({ bytes }) => bytes;
export const cpuOf: Value = ({ cpu }) => cpu;
