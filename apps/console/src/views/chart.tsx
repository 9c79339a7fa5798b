import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Live } from '../api/client.ts';

/** CSS pixels. */
const HEIGHT = 200;
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function optionsFor(width: number): uPlot.Options {
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px sans-serif',
  };
  const bars = uPlot.paths.bars;
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    legend: { live: false },
    scales: {
      y: { range: (_, _min, max) => [0, Math.max(1, max)] },
      ms: { range: (_, _min, max) => [0, Math.max(100, max)] },
    },
    axes: [
      { ...axis, space: 90, values: (_, all) => all.map((at) => clock.format(at * 1000)) },
      { ...axis, size: 44 },
      {
        ...axis,
        scale: 'ms',
        side: 1,
        size: 60,
        grid: { show: false },
        values: (_, all) => all.map((ms) => `${ms} ms`),
      },
    ],
    series: [
      { label: 'Time' },
      {
        label: 'Done',
        stroke: colour('--good'),
        fill: colour('--good'),
        ...(bars && { paths: bars({ size: [0.7] }) }),
        points: { show: false },
      },
      { label: 'Rejected or failed', stroke: colour('--bad'), width: 2, points: { show: false } },
      {
        label: 'Latency, ms',
        scale: 'ms',
        stroke: colour('--accent'),
        width: 2,
        spanGaps: true,
        points: { show: true, size: 5 },
      },
    ],
  };
}

function dataOf({ points }: Live['history']): uPlot.AlignedData {
  return [
    points.map(({ at }) => at / 1000),
    points.map(({ done }) => done),
    points.map(({ rejected, failed }) => rejected + failed),
    points.map(({ latency }) => latency),
  ];
}

/** Throughput and latency. The table for screen readers has the sums. */
export default function Chart({ history }: { history: Live['history'] }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(history);
  latest.current = history;
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(element.clientWidth), dataOf(latest.current), element);
    };
    draw();
    const observer = new ResizeObserver(() => {
      if (plot.current && plot.current.width !== element.clientWidth)
        plot.current.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    observer.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', draw);
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(dataOf(history)), [history]);
  const sum = (name: 'done' | 'rejected' | 'failed') =>
    history.points.reduce((total, point) => total + point[name], 0);
  return (
    <>
      <div ref={host} aria-hidden="true" />
      <p className="spoken">
        {sum('done')} uploads done, {sum('rejected')} rejected and {sum('failed')} attempts failed
        in this time.
      </p>
    </>
  );
}
