import { readFile, writeFile } from 'node:fs/promises';
import {
  type ArrivalPhase,
  AWS_LIMITS,
  averageUse,
  DEFAULT_ASSUMPTIONS,
  imageSeconds,
  MAX_UPLOADS,
  type Prices,
  type Random,
  type Simulation,
  simulate as simulateLoad,
  stackModel,
  type UploadUse,
} from '@darkroom/economics';
import { type Settings, settingsSchema } from '@darkroom/pipeline';
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { CommandError, type Context, defineCommand, flag, option, optional } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { drawSvg, drawText } from '../load-chart.ts';
import { durationOption, numberBetween, shareOption } from '../options.ts';
import { pathOf } from '../path-of.ts';
import { readSettingsFile } from '../recipe-file.ts';
import { LOAD_OPTIONS, measure, RECIPE_OPTION, useOf } from '../render/measure.ts';
import { formatDollars, formatDuration, type Terminal } from '../terminal.ts';
import { estimateSchema, readPrices } from './estimate.ts';

const number = z.number();

const simulationSchema = z.strictObject({
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

type Result = z.output<typeof simulationSchema>;

/** How a queue drains: a model of SQS and Lambda. */
export const simulate = defineCommand({
  name: 'simulate',
  summary: 'models queue and function under a load: backlog, latency, cost',
  arguments: [
    optional('recipes', 'stack file with queue and function (default: all defaults)', {
      isFile: true,
    }),
  ],
  options: {
    burst: option('--burst <n>', 'uploads that arrive at once', uploads().optional()),
    rate: option('--rate <n>', 'uploads per second', numberBetween(0, 1e6).optional()),
    for: option('--for <duration>', 'duration of the rate (1h)', durationOption.default(3600)),
    csv: option(
      '--csv <file>',
      'arrivals as a table with the columns from, seconds, uploads',
      z.string().optional(),
    ),
    photos: option(
      '--photos <paths...>',
      'measures the service times on these photos and this machine',
      z.array(z.string()).optional(),
    ),
    estimate: option(
      '--estimate <file>',
      'uses the output of `estimate --json`',
      z.string().optional(),
    ),
    service: option(
      '--service <seconds>',
      'service times of an image, separated by commas',
      secondsList().optional(),
    ),
    recipe: RECIPE_OPTION,
    memory: LOAD_OPTIONS.memory,
    batchSize: option('--batch-size <n>', 'queue.batchSize', numberBetween(1, 10_000).optional()),
    maximumConcurrency: option(
      '--maximum-concurrency <n>',
      'queue.maximumConcurrency',
      numberBetween(2, 1000).optional(),
    ),
    reservedConcurrency: option(
      '--reserved-concurrency <n>',
      'function.reservedConcurrency',
      numberBetween(1, 100_000).optional(),
    ),
    cpuFactor: LOAD_OPTIONS.cpuFactor,
    failures: option(
      '--failures <share>',
      'share of attempts that fail and return (0)',
      shareOption.default(0),
    ),
    crashes: option('--crashes <share>', 'share of calls that crash (0)', shareOption.default(0)),
    coldStart: option(
      '--cold-start <seconds>',
      'seconds of a cold start (1)',
      numberBetween(0, 60).default(1),
    ),
    even: flag('--even', 'equal gaps between uploads instead of random ones'),
    seed: option('--seed <n>', 'another random sequence (1)', numberBetween(0, 2 ** 31).default(1)),
    prices: option('--prices <file>', 'another price table (docs/costs.md)', z.string().optional()),
    svg: option('--svg <file>', 'writes the chart as an SVG file', z.string().optional()),
  },
  details:
    'The result is computed by a model and not measured. docs/costs.md describes it, with each limit of AWS and its source. Exit code 1 if messages end in the dead-letter queue.',
  examples: [
    {
      line: 'Pulumi.prod.yaml --burst 1000000 --service 0.8 --svg burst.svg',
      what: 'A million uploads at once, 0.8 s each',
    },
    {
      line: 'Pulumi.prod.yaml --rate 40 --for 2h --photos photos --recipe photos',
      what: 'A steady rate, with service times measured on photos',
    },
  ],
  output: simulationSchema,
  async run(context, options, recipesFile): Promise<Result> {
    const arrivals = await readArrivals(options);
    const prices = await readPrices(options.prices);
    const settings = withOptions(await readSettings(recipesFile), options);
    const { memory } = settings.function;
    const service = await serviceOf(context, options, recipesFile, memory);
    const simulation = simulateLoad({
      ...stackModel(settings, {
        failedAttempts: options.failures,
        crashedCalls: options.crashes,
        coldStartSeconds: options.coldStart,
      }),
      arrivals,
      spacing: options.even ? 'even' : 'random',
      serviceSeconds: (random: Random) =>
        service.seconds[Math.floor(random() * service.seconds.length)] ?? 0,
      seed: options.seed,
    });
    const { queue, function: lambda } = settings;
    const { batchSize, batchWindow, maximumConcurrency } = queue;
    const result: Result = {
      model: true,
      ...simulation,
      timeline: [...simulation.timeline],
      dollars: dollarsOf(simulation, settings, prices, service.use),
      serviceSeconds: {
        mean: service.seconds.reduce((sum, value) => sum + value, 0) / service.seconds.length,
        ...{ min: Math.min(...service.seconds), max: Math.max(...service.seconds) },
        values: service.seconds.length,
      },
      settings: {
        ...{ memory, batchSize, batchWindow, maximumConcurrency },
        ...(lambda.reservedConcurrency !== undefined && {
          reservedConcurrency: lambda.reservedConcurrency,
        }),
        seed: options.seed,
      },
      limits: Object.values(AWS_LIMITS).map(({ text, source }) => ({ text, source })),
      prices: { region: prices.region, date: prices.date },
    };
    if (options.svg === undefined) return result;
    await writeFile(pathOf(options.svg), drawSvg(simulation, describeLoad(result)));
    return { ...result, svg: options.svg };
  },
  print,
  exitCode: ({ deadLetters }) => (deadLetters === 0 ? EXIT.done : EXIT.failed),
});

function uploads() {
  return numberBetween(1, MAX_UPLOADS).transform(Math.round);
}

function secondsList() {
  return z.string().transform((text, context) => {
    const values = text.split(',').map(Number);
    if (values.every((value) => value > 0 && value <= 900)) return values;
    context.addIssue({
      code: 'custom',
      message: `must be seconds from 0 to 900, such as 0.8 or 0.5,0.9; found ${text}`,
    });
    return z.NEVER;
  });
}

interface ArrivalOptions {
  readonly burst?: number | undefined;
  readonly rate?: number | undefined;
  readonly for: number;
  readonly csv?: string | undefined;
}

/** @throws CommandError if no option or an invalid table describes the arrivals */
async function readArrivals({ burst, rate, for: seconds, csv }: ArrivalOptions) {
  if (csv !== undefined && (burst !== undefined || rate !== undefined))
    throw new CommandError('--csv excludes --burst and --rate');
  const phases: ArrivalPhase[] =
    csv !== undefined
      ? await readTable(csv)
      : [
          ...(burst === undefined ? [] : [{ from: 0, seconds: 0, uploads: burst }]),
          ...(rate === undefined
            ? []
            : [{ from: 0, seconds, uploads: Math.round(rate * seconds) }]),
        ];
  const total = phases.reduce((sum, phase) => sum + phase.uploads, 0);
  if (total === 0)
    throw new CommandError('There are no uploads to simulate', {
      remedy: 'Add --burst 1000000, --rate 10 --for 1h, or --csv arrivals.csv.',
    });
  if (total > MAX_UPLOADS)
    throw new CommandError(
      `${format(total)} uploads are too many to simulate: at most ${format(MAX_UPLOADS)}`,
    );
  return phases;
}

const rowSchema = z.strictObject({
  from: z.coerce.number().min(0),
  seconds: z.coerce.number().min(0),
  uploads: z.coerce.number().int().min(0),
});

async function readTable(file: string): Promise<ArrivalPhase[]> {
  const text = await readFile(pathOf(file), 'utf8').catch((cause: unknown) => {
    throw new CommandError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  const remedy =
    'The first line is "from,seconds,uploads"; each other line has a start in seconds, a duration in seconds (0: at once) and a number of uploads.';
  let rows: unknown[];
  try {
    rows = parse(text, { columns: true, trim: true, skip_empty_lines: true, bom: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new CommandError(`${file} is not a valid table: ${cause.message}`, { cause, remedy });
  }
  const phases = rows.map((row, index) => {
    const { success, data } = rowSchema.safeParse(row);
    if (!success)
      throw new CommandError(`${file}, row ${index + 1}: ${JSON.stringify(row)} is not valid`, {
        remedy,
      });
    return data;
  });
  phases.forEach(({ from }, index) => {
    const before = phases[index - 1];
    if (before && from < before.from + before.seconds)
      throw new CommandError(`${file}, row ${index + 1} starts before row ${index} ends`, {
        remedy,
      });
  });
  return phases;
}

async function readSettings(file: string | undefined): Promise<Settings> {
  if (file !== undefined) return readSettingsFile(file);
  const anyRecipe = { name: 'any', variants: [{ name: 'any', steps: [] }] };
  return settingsSchema.parse({ recipes: [anyRecipe] });
}

interface SettingOptions {
  readonly memory?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly maximumConcurrency?: number | undefined;
  readonly reservedConcurrency?: number | undefined;
}

function withOptions(settings: Settings, options: SettingOptions): Settings {
  const { queue, function: lambda } = settings;
  return {
    ...settings,
    queue: {
      ...queue,
      batchSize: options.batchSize ?? queue.batchSize,
      maximumConcurrency: options.maximumConcurrency ?? queue.maximumConcurrency,
    },
    function: {
      ...lambda,
      memory: options.memory ?? lambda.memory,
      reservedConcurrency: options.reservedConcurrency ?? lambda.reservedConcurrency,
    },
  };
}

interface Service {
  /** Of each measured photo. */
  readonly seconds: readonly number[];
  /** Left out if only times are known. */
  readonly use?: UploadUse;
}

/** @throws CommandError if no option or several options name the service times */
async function serviceOf(
  context: Context,
  options: {
    readonly photos?: string[] | undefined;
    readonly estimate?: string | undefined;
    readonly service?: number[] | undefined;
    readonly recipe?: string | undefined;
    readonly cpuFactor: number;
  },
  recipesFile: string | undefined,
  memory: number,
): Promise<Service> {
  const given = [options.photos, options.estimate, options.service].filter(
    (value) => value !== undefined,
  );
  const remedy =
    'Add --photos PATH to measure, --estimate FILE with the output of `estimate --json`, or --service SECONDS.';
  if (given.length !== 1)
    throw new CommandError('Exactly one option has to give the service times', { remedy });
  if (options.service) return { seconds: options.service };
  const uses = options.photos
    ? await measuredUses(context, recipesFile, options.photos, options)
    : await readEstimate(options.estimate ?? '');
  if (uses.length === 0) throw new CommandError('No photo was processed', { remedy });
  return {
    seconds: uses.map((use) => imageSeconds(use, memory, DEFAULT_ASSUMPTIONS)),
    use: averageUse(uses),
  };
}

async function measuredUses(
  context: Context,
  recipesFile: string | undefined,
  paths: readonly string[],
  { recipe, cpuFactor }: { readonly recipe?: string | undefined; readonly cpuFactor: number },
): Promise<UploadUse[]> {
  if (recipesFile === undefined)
    throw new CommandError('--photos needs a recipe file or a stack file as the first argument');
  const { photos } = await measure(context, recipesFile, paths, { recipe });
  for (const { name, error } of photos)
    if (error) context.terminal.note(`${name} does not count: ${error.code}: ${error.message}`);
  return photos.filter(({ status }) => status === 'done').map((photo) => useOf(photo, cpuFactor));
}

async function readEstimate(file: string): Promise<UploadUse[]> {
  const text = await readFile(pathOf(file), 'utf8').catch((cause: unknown) => {
    throw new CommandError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  try {
    return estimateSchema.parse(JSON.parse(text)).measured;
  } catch (cause) {
    throw new CommandError(`${file} is not the output of \`darkroom estimate --json\``, { cause });
  }
}

function dollarsOf(
  { gbSeconds, calls, sqsRequests, succeeded }: Simulation,
  { function: { architecture } }: Settings,
  prices: Prices,
  use: UploadUse | undefined,
): Result['dollars'] {
  const lambda =
    gbSeconds * prices.lambda.gbSecond[architecture] + (calls / 1e6) * prices.lambda.millionCalls;
  const sqs = (sqsRequests / 1e6) * prices.sqs.millionRequests;
  const s3 = use && {
    s3:
      (succeeded / 1000) *
      (use.writes * prices.s3.thousandWrites + use.reads * prices.s3.thousandReads),
  };
  return { lambda, sqs, ...s3, total: lambda + sqs + (s3?.s3 ?? 0) };
}

function format(value: number): string {
  return new Intl.NumberFormat('en').format(value);
}

function describeLoad({ uploads, settings, serviceSeconds, seconds, latency }: Result): string {
  return `${format(uploads)} uploads, ${serviceSeconds.mean.toFixed(2)} s each, at most ${format(settings.maximumConcurrency)} calls of ${settings.batchSize} messages at once: ${formatDuration(seconds)}, 95 % of the uploads within ${formatDuration(latency.p95)}`;
}

function print(result: Result, terminal: Terminal): void {
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
