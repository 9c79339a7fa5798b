import { AWS_LIMITS, type Simulation, type TimelinePoint } from '@darkroom/economics';
import { plot as textPlot } from 'simple-ascii-chart';

/** Characters of a line, less those of the axis. */
const WIDTH = 66;
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Minutes, hours or days, whichever gives few digits. */
function unitOf(seconds: number): { readonly name: string; readonly seconds: number } {
  if (seconds > 3 * 86_400) return { name: 'days', seconds: 86_400 };
  if (seconds > 3 * 3600) return { name: 'hours', seconds: 3600 };
  return seconds > 180 ? { name: 'minutes', seconds: 60 } : { name: 'seconds', seconds: 1 };
}

/** Draws one value over the time with characters. */
export function drawText(
  timeline: readonly TimelinePoint[],
  title: string,
  of: (point: TimelinePoint) => number,
): string {
  const end = timeline.at(-1)?.at ?? 0;
  const unit = unitOf(end);
  const points = timeline.map((point): [number, number] => [point.at / unit.seconds, of(point)]);
  const ticks = [0, 1, 2, 3, 4].map((index) => {
    const wanted = (index * end) / unit.seconds / 4;
    // The chart draws ticks at points only.
    return points.reduce(
      (best, [x]) => (Math.abs(x - wanted) < Math.abs(best - wanted) ? x : best),
      0,
    );
  });
  return textPlot(points, {
    ...{ width: WIDTH, height: 10, title, xLabel: unit.name },
    customXAxisTicks: [...new Set(ticks)],
    formatter: (value, { axis }) =>
      axis === 'x' ? String(Math.round(value * 10) / 10) : compact.format(value),
  })
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const PANEL = { width: 800, height: 200 };
const HEAD = 64;
const LINE = 18;

/** Draws backlog, concurrency and finished uploads, with the limits of AWS and their sources, as an SVG file. */
export async function drawSvg(simulation: Simulation, subtitle: string): Promise<string> {
  // Only this command needs them: they take a fifth of a second and 40 MiB.
  const [Plot, { parseHTML }] = await Promise.all([
    import('@observablehq/plot'),
    import('linkedom'),
  ]);
  const { document } = parseHTML('<html></html>') as unknown as { document: unknown };
  const unit = unitOf(simulation.seconds);
  const points = simulation.timeline.map((point) => ({ ...point, time: point.at / unit.seconds }));
  const panels = [
    ['backlog', 'messages that wait'],
    ['concurrency', 'calls that run'],
    ['succeeded', 'finished uploads'],
  ] as const;
  const drawn = panels.map(([y, label], index) => {
    // The project has no types of browsers, which both libraries use.
    const chart: unknown = Plot.plot({
      document,
      ...PANEL,
      marginLeft: 70,
      x: { label: unit.name, zero: true },
      y: { label, grid: true, zero: true, tickFormat: 's' },
      marks: [
        Plot.areaY(points, { x: 'time', y, fill: '#2563eb', fillOpacity: 0.15 }),
        Plot.lineY(points, { x: 'time', y, stroke: '#2563eb', strokeWidth: 1.5 }),
      ],
    });
    return placed(chart as DrawnElement, HEAD + index * PANEL.height);
  });
  const top = HEAD + panels.length * PANEL.height + LINE;
  const limits = Object.values(AWS_LIMITS).flatMap(({ text, source }) => [text, source]);
  const height = top + limits.length * LINE + LINE;
  const notes = limits.map(
    (line, index) =>
      `<text x="20" y="${top + index * LINE}" ${index % 2 === 0 ? '' : 'fill="#475569" font-size="10"'}>${escapeXml(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${PANEL.width} ${height}" width="${PANEL.width}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="12" color="#0f172a" fill="#0f172a">
<title id="title">${escapeXml(`${TITLE}. ${subtitle}`)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="20" y="28" font-size="16" font-weight="600">${TITLE}</text>
<text x="20" y="48">${escapeXml(subtitle)}</text>
${drawn.join('\n')}
${notes.join('\n')}
</svg>
`;
}

/** The members of a DOM element that are used. */
interface DrawnElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

function placed(chart: DrawnElement, y: number): string {
  chart.setAttribute('y', String(y));
  return chart.outerHTML;
}

const TITLE = 'A model of SQS and Lambda, not a measurement';

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
