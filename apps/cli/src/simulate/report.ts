import * as z from 'zod';
import { drawText } from './load-chart.ts';
import { formatDollars, formatDuration, type Terminal } from '../terminal.ts';

const number = z.number();

export const simulationSchema = z.strictObject({
  model: z.literal(true).describe('Computed, not measured'),
  uploads: number,
  succeeded: number,
  deadLetters: number,
  seconds: number.describe('From the first arrival to the end of the last call'),
  latency: z
    .strictObject({ mean: number, p50: number, p90: number, p95: number, p99: number, max: number })
    .describe('Seconds from the arrival of a message to the end of its processing'),
  backlog: z.strictObject({ mean: number, max: number }).describe('Messages that wait'),
  oldestSeconds: number,
  calls: number,
  coldStarts: number,
  throttledBatches: number,
  attempts: number,
  maxConcurrency: number,
  gbSeconds: number,
  sqsRequests: number,
  timeline: z.array(
    z.strictObject({ at: number, backlog: number, concurrency: number, succeeded: number }),
  ),
  dollars: z.strictObject({ lambda: number, sqs: number, s3: number.optional(), total: number }),
  serviceSeconds: z
    .strictObject({ mean: number, min: number, max: number, values: number })
    .describe('Of one image, from which the model draws'),
  settings: z.strictObject({
    memory: number,
    batchSize: number,
    batchWindow: number,
    maximumConcurrency: number,
    reservedConcurrency: number.optional(),
    seed: number,
  }),
  limits: z.array(z.strictObject({ text: z.string(), source: z.string() })),
  prices: z.strictObject({ region: z.string(), date: z.string() }),
  svg: z.string().optional().describe('The file that was written'),
});

/** The output of `simulate --json`. */
export type SimulationResult = z.output<typeof simulationSchema>;

/** One line about load and result. */
export function describeLoad({
  uploads,
  settings,
  serviceSeconds,
  seconds,
  latency,
}: SimulationResult): string {
  return `${format(uploads)} uploads, ${serviceSeconds.mean.toFixed(2)} s each, at most ${format(settings.maximumConcurrency)} calls of ${settings.batchSize} messages at once: ${formatDuration(seconds)}, 95 % of the uploads within ${formatDuration(latency.p95)}`;
}

export function printSimulation(result: SimulationResult, terminal: Terminal): void {
  const { latency, backlog, dollars, timeline } = result;
  terminal.text('A model of SQS and Lambda, not a measurement (docs/costs.md).');
  terminal.text(`${describeLoad(result)}.`);
  terminal.line(drawText(timeline, 'Messages that wait', (point) => point.backlog));
  terminal.line(drawText(timeline, 'Calls that run', ({ concurrency }) => concurrency));
  terminal.table(
    ['', ''],
    [
      ['processed', format(result.succeeded)],
      ['dead letters', format(result.deadLetters)],
      ['until the queue is empty', formatDuration(result.seconds)],
      ['latency, mean', seconds(latency.mean)],
      ['latency, 50 %', seconds(latency.p50)],
      ['latency, 90 %', seconds(latency.p90)],
      ['latency, 95 %', seconds(latency.p95)],
      ['latency, 99 %', seconds(latency.p99)],
      ['latency, maximum', seconds(latency.max)],
      ['backlog, mean', format(Math.round(backlog.mean))],
      ['backlog, maximum', format(backlog.max)],
      ['calls', format(result.calls)],
      ['cold starts', format(result.coldStarts)],
      ['throttled batches', format(result.throttledBatches)],
      ['calls at once, maximum', format(result.maxConcurrency)],
      ['Lambda', formatDollars(dollars.lambda)],
      ['SQS', formatDollars(dollars.sqs)],
      ...(dollars.s3 === undefined ? [] : [['S3 requests', formatDollars(dollars.s3)]]),
      ['cost', formatDollars(dollars.total)],
    ],
  );
  terminal.line();
  terminal.text(`Prices of ${result.prices.region} on ${result.prices.date}. Limits of AWS:`);
  for (const { text, source } of result.limits) terminal.text(`- ${text}: ${source}`);
  if (result.svg !== undefined) terminal.text(`Wrote ${result.svg}.`);
}

function seconds(value: number): string {
  return value < 60 ? `${value.toFixed(2)} s` : formatDuration(value);
}

function format(value: number): string {
  return new Intl.NumberFormat('en').format(value);
}
