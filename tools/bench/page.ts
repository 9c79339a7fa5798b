import { requestsOf } from './aws/counts.ts';
import { readFigures, writeFigures } from './figures.ts';
import { costsOf, sharesOf, totalAt, useOf } from './economy/costs.ts';
import { type Load, loadsOf } from './economy/loads.ts';
import { CONTESTANTS, JOBS } from './jobs.ts';
import { costPlot, jobsPlot, loadPlot } from './plots/report-plots.ts';
import type { JobResult, Report } from './report.ts';
import { markdownTable } from './table.ts';
import { figureOf, TARGETS, TOLERANCE, verdictOf } from './targets.ts';

const JSON_FILE = 'report.json';

function jobSection({ title, uploads, rows, cannot }: JobResult): string {
  const table = rows.map(({ contestant, ratio, cpu, wall, peak, requests }) => [
    contestant,
    ratio?.toFixed(2) ?? '–',
    (cpu * 1000).toFixed(0),
    (wall * 1000).toFixed(0),
    peak.toFixed(0),
    requests ? String(Math.round(requestsOf(requests) * 10) / 10) : '–',
  ]);
  const notes = cannot.map(({ contestant, why }) => `${contestant} cannot do this job: ${why}.`);
  return [
    `#### ${title}`,
    `${uploads} ${uploads === 1 ? 'upload' : 'uploads'}. ${notes.join(' ')}`.trim(),
    markdownTable([['', '÷ bare sharp', 'CPU ms', 'wall ms', 'peak MiB', 'S3 requests'], ...table]),
  ].join('\n\n');
}

/** One line for each job: the ratio of the engine. */
function ratios(jobs: readonly JobResult[]): string {
  return markdownTable([
    ['', 'engine ÷ bare sharp, CPU', 'engine, peak MiB', 'bare sharp, peak MiB'],
    ...jobs.map(({ title, rows }) => {
      const of = (name: string) => rows.find(({ contestant }) => contestant === name);
      return [
        title,
        of('engine')?.ratio?.toFixed(2) ?? '–',
        of('engine')?.peak.toFixed(0) ?? '–',
        of('sharp')?.peak.toFixed(0) ?? '–',
      ];
    }),
  ]);
}

/** Memory per megapixel: between the smallest and the largest photo. */
function memorySlope(jobs: readonly JobResult[]): string {
  const [small, large] = [jobs[0], jobs.at(-1)];
  const slope = (contestant: string) => {
    const peak = (job: JobResult | undefined) =>
      job?.rows.find((row) => row.contestant === contestant)?.peak ?? NaN;
    return (peak(large) - peak(small)) / (megapixels(large) - megapixels(small));
  };
  const said = (contestant: string) => `${slope(contestant).toFixed(1)} MiB`;
  return `Each further megapixel takes the engine ${said('engine')} and bare sharp ${said('sharp')}.`;
}

/** Of a job for which photos are enlarged. */
function megapixels(job: JobResult | undefined): number {
  return JOBS.find(({ id }) => id === job?.id)?.megapixels ?? NaN;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const SIZES = [512, 1024, 1769, 3538] as const;

function costSection(report: Report): readonly string[] {
  const costs = costsOf(report);
  const dollars = (value: number | undefined) => value?.toFixed(2) ?? '–';
  return [
    '### Cost',
    'US dollars per million uploads, without storage: the model of `darkroom estimate` ([costs.md](costs.md)) with the CPU time, requests and bytes that this run measured, and the defaults of a stack. The plain handler is the “sharp handler” behind the same queue. It writes no manifest and no placeholder, and it neither finds stale outputs nor deletes them.',
    markdownTable([
      ['job', 'Darkroom', 'Lambda', 'S3', 'SQS', 'logs', 'plain handler', 'Darkroom ÷ plain'],
      ...costs.map(({ title, darkroom, handler }) => [
        title,
        dollars(darkroom.total),
        ...Object.values(sharesOf(darkroom)).map(percent),
        dollars(handler?.total),
        handler ? (darkroom.total / handler.total).toFixed(2) : '–',
      ]),
    ]),
    'Darkroom’s total by memory size. A size without a figure has too little memory.',
    markdownTable([
      ['job', ...SIZES.map((size) => `${size} MiB`)],
      ...costs.map(({ title, darkroom }) => [
        title,
        ...SIZES.map((size) => dollars(totalAt(darkroom, size))),
      ]),
    ]),
    '![Cost by memory size](performance/cost.svg)',
  ];
}

/** Seconds, minutes or hours. */
function duration(seconds: number): string {
  if (seconds >= 7200) return `${(seconds / 3600).toFixed(1)} h`;
  return seconds >= 180 ? `${(seconds / 60).toFixed(0)} min` : `${seconds.toFixed(1)} s`;
}

function loadSection(loads: readonly Load[]): readonly string[] {
  const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
  return [
    '### Load',
    'The model of `darkroom simulate` ([costs.md](costs.md)) with the web variants that this run measured: uploads wait in the queue, and at most the given number of calls run at once. The default of `queue.maximumConcurrency` protects an account; 1,000 is the quota of a new account.',
    markdownTable([
      ['uploads', 'calls', 'backlog', 'p50', 'p99', 'empty after', 'first quota reached'],
      ...loads.map(({ name, cap, simulation, firstQuota }) => [
        ...[name, whole.format(cap), whole.format(simulation.backlog.max)],
        ...[simulation.latency.p50, simulation.latency.p99, simulation.seconds].map(duration),
        firstQuota,
      ]),
    ]),
    '![Backlog under load](performance/load.svg)',
  ];
}

export function markdownOf(report: Report, loads: readonly Load[]): string {
  const { coldStart, burst, profiles, jobs, missing, versions, machine } = report;
  const group = (name: JobResult['group']) => jobs.filter((job) => job.group === name);
  const judged = TARGETS.map((target) => {
    const figure = figureOf(target, report);
    const sign = target.better === 'less' ? '≤' : '≥';
    const shown = Number.isFinite(figure) ? figure.toFixed(2) : '–';
    const verdict = verdictOf(figure, target);
    const why = verdict.startsWith('missed') ? `: ${target.explainedBy}` : '';
    return [target.name, `${sign} ${target.bound}`, shown, `${verdict}${why}`];
  });
  const left = missing.map(({ name, why }) => `${name} (${why})`).join(', ');
  return [
    [
      report.isQuick ? '**A quick run: one round, one small photo, few passes.**' : '',
      `Measured on ${report.date}, in ${report.minutes.toFixed(0)} minutes; ${report.sources}; medians of ${count(report.rounds, 'round')}.`,
      `${machine.processors} processors (${machine.processor}), load average ${machine.loadBefore.toFixed(1)} before the run and up to ${machine.loadHighest.toFixed(1)} during the run, whose own processes count, too.`,
      `${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}.`,
      left === '' ? '' : `Not measured: ${left}.`,
    ]
      .filter(Boolean)
      .join(' '),
    '### Targets',
    markdownTable([['target', 'bound', 'measured', 'verdict'], ...judged]),
    '### Jobs',
    Object.entries(CONTESTANTS)
      .map(([name, what]) => `- ${name}: ${what}`)
      .join('\n'),
    '![CPU time of an upload, relative to bare sharp](performance/jobs.svg)',
    ...group('jobs').map(jobSection),
    ...(group('grid').length > 0
      ? [
          '### Orientation, placeholder and fit',
          'One WebP file of at most 800 × 600.',
          ratios(group('grid')),
        ]
      : []),
    '### Display P3',
    ratios(group('colour')),
    ...(group('memory').length > 0
      ? ['### Memory', 'Web variants of one photo.', ratios(group('memory'))]
      : []),
    ...(group('memory').length > 1 ? [memorySlope(group('memory'))] : []),
    '### Parts of the whole function',
    ...group('parts').map(jobSection),
    '### Cold start',
    `Medians of ${coldStart.starts} starts, milliseconds from the start of the process. By CPU time, the handler is ready after ${coldStart.cpuRatio.toFixed(2)} times the import of sharp and the S3 client.`,
    markdownTable([
      ['', 'clock', 'CPU'],
      ...coldStart.phases.map(({ name, elapsed, cpu }) => [
        name,
        elapsed.toFixed(0),
        cpu.toFixed(0),
      ]),
    ]),
    '### Burst',
    `${burst.messages} messages at once; two execution environments, S3 and SQS share two cores: ${burst.perSecond.toFixed(1)} thumbnails per second, and ${burst.sharpPerSecond.toFixed(1)} with bare sharp in two processes. Seconds from the message to the manifest: 50 % ${burst.latency.p50.toFixed(1)}, 90 % ${burst.latency.p90.toFixed(1)}, 99 % ${burst.latency.p99.toFixed(1)}, maximum ${burst.latency.max.toFixed(1)}.`,
    '### Profile',
    'The main thread of the whole function, by package: sampled self time of one upload. On a busy machine the samples include the time of other processes; the shares remain valid.',
    ...profiles.flatMap(({ title, cpu, rows }) => [
      `#### Of the job “${title}”`,
      `CPU time of an upload, all threads: ${(cpu * 1000).toFixed(0)} ms.`,
      markdownTable([
        ['', 'ms', 'share'],
        ...rows.map(({ name, milliseconds, share }) => [
          name,
          milliseconds.toFixed(1),
          percent(share),
        ]),
      ]),
    ]),
    ...costSection(report),
    ...loadSection(loads),
    '### Check',
    `\`npm run bench -- --check\` measures Darkroom and bare sharp with one small generated picture. It fails if a ratio to bare sharp or a target is more than ${TOLERANCE * 100} % worse than the worse of two such runs for this report ([report.json](performance/report.json), \`check\`). What is worse is measured again, at most twice.`,
  ].join('\n\n');
}

export function readReport(): Promise<Report> {
  return readFigures<Report>(JSON_FILE);
}

/** The load that a report's web variants cause. Empty if they were not measured. */
async function loadsIn({ jobs }: Report): Promise<readonly Load[]> {
  const job = jobs.find(({ id }) => id === 'web');
  const use = job && useOf(job, 'function');
  return use ? loadsOf(use) : [];
}

/** Everything that is generated from a report, without writing it. */
export async function pageOf(report: Report): Promise<string> {
  return markdownOf(report, await loadsIn(report));
}

export async function writeReport(report: Report): Promise<void> {
  const loads = await loadsIn(report);
  await writeFigures('bench', markdownOf(report, loads), {
    [JSON_FILE]: JSON.stringify(report),
    'jobs.svg': jobsPlot(report),
    'cost.svg': costPlot(costsOf(report)),
    'load.svg': loadPlot(loads),
  });
}
