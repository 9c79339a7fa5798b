import * as Plot from '@observablehq/plot';
import { type JobCost, totalAt } from '../economy/costs.ts';
import type { Load } from '../economy/loads.ts';
import { CONTESTANTS, type ContestantName } from '../jobs.ts';
import type { Report } from '../report.ts';
import { COLOURS, drawSvg } from './draw.ts';

const names = Object.keys(CONTESTANTS) as ContestantName[];
const colourOf = (name: ContestantName) => COLOURS[names.indexOf(name)] ?? '#000000';
const short = (title: string) => title.replace(/:.*/, '');
/** An axis with powers of ten does not fit: the numbers are between 0.1 and 100. */
const plain = (value: number) => String(Number(value.toPrecision(2)));

/** CPU time of all contestants on all jobs, relative to bare sharp. */
export function jobsPlot({ jobs }: Report): string {
  const shown = jobs.filter(({ group }) => group === 'jobs');
  const points = shown.flatMap(({ title, rows }) =>
    rows.flatMap(({ contestant, ratio }) =>
      ratio === undefined ? [] : [{ job: short(title), contestant, ratio }],
    ),
  );
  const options = {
    ...{ marginLeft: 150, inset: 10, grid: true },
    x: { type: 'log', label: 'CPU ÷ bare sharp (log scale)', tickFormat: plain },
    y: { label: null, domain: shown.map(({ title }) => short(title)) },
    marks: [
      Plot.ruleX([1], { stroke: '#475569' }),
      Plot.dot(points, {
        ...{ x: 'ratio', y: 'job', r: 5, fillOpacity: 0.85 },
        fill: ({ contestant }: (typeof points)[number]) => colourOf(contestant),
        symbol: ({ contestant }: (typeof points)[number]) =>
          contestant === 'engine' || contestant === 'function' ? 'diamond' : 'circle',
      }),
    ],
  };
  return drawSvg({
    title: 'CPU time of an upload',
    subtitle: 'Relative to bare sharp with the same settings; further left is better.',
    legend: names.map((name) => [name, colourOf(name)]),
    panels: [{ title: 'All jobs', options }],
    ...{ columns: 1, width: 960, height: 360 },
  });
}

const OWN = '#0072b2';
const PLAIN = '#d55e00';

/** Dollars per million uploads by the function's memory. */
export function costPlot(costs: readonly JobCost[]): string {
  const panels = costs.map(({ title, darkroom, handler }) => {
    const points = (
      [
        [OWN, darkroom],
        [PLAIN, handler],
      ] as const
    ).flatMap(([colour, cost]) =>
      (cost?.sizes ?? []).flatMap(({ memory }) => {
        const dollars = cost && totalAt(cost, memory);
        return dollars === undefined ? [] : [{ memory, dollars, colour }];
      }),
    );
    const options = {
      ...{ marginLeft: 46, grid: true },
      x: {
        type: 'log',
        label: 'MiB',
        ticks: [512, 1024, 1769, 3538, 10_240],
        tickFormat: plainSize,
      },
      y: { label: 'US dollars', zero: true },
      marks: [
        Plot.lineY(points, { x: 'memory', y: 'dollars', stroke: 'colour', z: 'colour' }),
        Plot.dot(points, { x: 'memory', y: 'dollars', fill: 'colour', r: 3 }),
      ],
      color: { type: 'identity' },
    };
    return { title: short(title), options };
  });
  return drawSvg({
    title: 'Cost of a million uploads by memory of the function',
    subtitle:
      'A model with measured CPU time and requests, without storage. Sizes with too little memory are left out.',
    legend: [
      ['Darkroom', OWN],
      ['sharp handler', PLAIN],
    ],
    panels,
    ...{ columns: 4, width: 290, height: 200 },
  });
}

const plainSize = (value: number) => String(value);

const UNITS = [
  { name: 'hours', seconds: 3600 },
  { name: 'minutes', seconds: 60 },
  { name: 'seconds', seconds: 1 },
] as const;

/** The backlog of each load over the time. */
export function loadPlot(loads: readonly Load[]): string {
  const caps = [...new Set(loads.map(({ cap }) => cap))];
  const arrivals = [...new Set(loads.map(({ name }) => name))];
  const colour = (cap: number) => (cap === caps[0] ? OWN : PLAIN);
  const panels = arrivals.flatMap((name) =>
    caps.map((cap) => {
      const load = loads.find((one) => one.name === name && one.cap === cap);
      const seconds = load?.simulation.seconds ?? 0;
      const unit = UNITS.find((one) => seconds > 3 * one.seconds) ?? UNITS[2];
      const points = (load?.simulation.timeline ?? []).map(({ at, backlog }) => ({
        ...{ time: at / unit.seconds, backlog },
      }));
      const options = {
        ...{ marginLeft: 56, grid: true },
        x: { label: unit.name, zero: true },
        // A queue without a backlog has a line at zero, and not in the middle.
        y: {
          label: 'messages that wait',
          domain: [0, Math.max(10, ...points.map(({ backlog }) => backlog))],
          tickFormat: 's',
        },
        marks: [
          Plot.areaY(points, { x: 'time', y: 'backlog', fill: colour(cap), fillOpacity: 0.15 }),
          Plot.lineY(points, { x: 'time', y: 'backlog', stroke: colour(cap) }),
        ],
      };
      return { title: `${name}, ${cap.toLocaleString('en')} calls`, options };
    }),
  );
  return drawSvg({
    title: 'Backlog under load',
    subtitle: 'A model of SQS and Lambda with the measured web variants, not a measurement.',
    legend: caps.map((cap) => [`at most ${cap.toLocaleString('en')} calls at once`, colour(cap)]),
    panels,
    ...{ columns: 2, width: 480, height: 170 },
  });
}
