import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** CSS pixels; styles/problems.css has the same. */
const SIZE = { width: 168, height: 32 };

/** Counts over time, as small as a word: no axes and no legend. The text next to it says what it shows. */
export default function Bars(props: {
  /** Of the first bar, milliseconds since 1970. */
  begin: number;
  seconds: number;
  counts: readonly number[];
}) {
  const { begin, seconds, counts } = props;
  const host = useRef<HTMLSpanElement>(null);
  const text = counts.join();
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const values = text.split(',').map(Number);
    const times = values.map((_, bar) => begin / 1000 + (bar + 0.5) * seconds);
    const colour = getComputedStyle(element).color;
    const paths = uPlot.paths.bars?.({ size: [0.8] });
    const plot = new uPlot(
      {
        ...SIZE,
        padding: [1, 0, 1, 0],
        cursor: { show: false },
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { range: () => [begin / 1000, begin / 1000 + values.length * seconds] },
          y: { range: (_, _min, max) => [0, Math.max(1, max)] },
        },
        series: [
          {},
          { stroke: colour, fill: colour, points: { show: false }, ...(paths && { paths }) },
        ],
      },
      [times, values],
      element,
    );
    return () => plot.destroy();
  }, [begin, seconds, text]);
  return <span ref={host} aria-hidden="true" />;
}
