import * as Plot from '@observablehq/plot';
import { COLOURS, drawSvg } from '../plots/draw.ts';
import { mean } from '../statistics.ts';
import type { EncodedFile, EncodersReport, Metric } from './encoders-report.ts';
import { QUALITIES, SERIES } from './series.ts';

const titleOf = ({ format, name }: (typeof SERIES)[number]) => `${format} ${name}`;
const colourOf = (title: string) =>
  COLOURS[SERIES.findIndex((series) => titleOf(series) === title)] ?? '#000000';

/** Means of all photos for each series and quality. */
function points({ files }: EncodersReport, of: (file: EncodedFile) => number | undefined) {
  return SERIES.flatMap((series) =>
    QUALITIES[series.format].flatMap((quality) => {
      const own = files.filter(
        (one) =>
          one.format === series.format && one.series === series.name && one.quality === quality,
      );
      const values = own.flatMap((file) => of(file) ?? []);
      if (values.length === 0) return [];
      const bits = mean(own.map(({ bytes, pixels }) => (8 * bytes) / pixels));
      return [{ series: titleOf(series), quality, bits, value: mean(values) }];
    }),
  );
}

type Point = ReturnType<typeof points>[number];

/** Curves of all series: bytes and quality, and bytes and CPU time. */
export function encodersPlot(report: EncodersReport): string {
  const curve = (list: readonly Point[], label: string, scale: object = {}) => ({
    ...{ marginLeft: 54, grid: true },
    x: {
      type: 'log',
      label: 'bits per pixel (log scale)',
      ticks: [0.25, 0.5, 1, 2, 4],
      tickFormat: String,
    },
    y: { label, ...scale },
    marks: [
      Plot.line(list, {
        ...{ x: 'bits', y: 'value', z: 'series' },
        stroke: ({ series }: Point) => colourOf(series),
        strokeWidth: 1.5,
      }),
      Plot.dot(list, {
        ...{ x: 'bits', y: 'value', r: 3 },
        fill: ({ series }: Point) => colourOf(series),
      }),
    ],
  });
  const score = (metric: Metric) => points(report, ({ scores }) => scores[metric]);
  const cpu = points(report, ({ cpu: seconds, pixels }) => (seconds * 1e9) / pixels);
  const logarithmic = {
    type: 'log',
    ticks: [5, 10, 20, 50, 100, 200, 500, 1000, 2000],
    tickFormat: String,
  };
  return drawSvg({
    title: 'Encoders: quality and CPU time by file size',
    subtitle:
      'Means over the photos; each point is one quality. Further left, and higher in the first panel, is better.',
    legend: SERIES.map((series) => [titleOf(series), colourOf(titleOf(series))]),
    panels: [
      { title: 'SSIMULACRA2 (higher is better)', options: curve(score('ssimulacra2'), 'score') },
      {
        title: 'Butteraugli, 3-norm (lower is better)',
        options: curve(score('butteraugli'), 'distance'),
      },
      {
        title: 'DSSIM (lower is better)',
        options: curve(score('dssim'), 'distance', {
          type: 'log',
          tickFormat: String,
          ticks: [0.001, 0.002, 0.005, 0.01, 0.02],
        }),
      },
      {
        title: 'CPU time of the encoder',
        options: curve(cpu, 'ms per megapixel (log scale)', logarithmic),
      },
    ],
    ...{ columns: 2, width: 520, height: 300 },
  });
}
