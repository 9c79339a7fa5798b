import { writeFile } from 'node:fs/promises';
import {
  AWS_LIMITS,
  MAX_UPLOADS,
  type Prices,
  type Random,
  type Simulation,
  simulate as simulateLoad,
  stackModel,
  type UploadUse,
} from '@darkroom/economics';
import { type Settings, settingsSchema } from '@darkroom/pipeline';
import * as z from 'zod';
import { defineCommand, flag, option, optional } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { drawSvg } from '../simulate/load-chart.ts';
import { durationOption, numberBetween, shareOption } from '../options.ts';
import { pathOf } from '../path-of.ts';
import { readSettingsFile, recipeOption, transformsOption, useTransforms } from '../recipe-file.ts';
import { LOAD_OPTIONS } from '../render/measure.ts';
import { readArrivals, serviceOf } from '../simulate/inputs.ts';
import {
  describeLoad,
  printSimulation,
  simulationSchema,
  type SimulationResult,
} from '../simulate/report.ts';
import { PRICES_OPTION, readPrices } from './estimate.ts';

/** How a queue drains: a model of SQS and Lambda. */
export const simulate = defineCommand({
  name: 'simulate',
  summary: 'models queue and function under a load: backlog, latency, cost',
  arguments: [
    optional('recipes', 'stack file with queue and function (default: all defaults)', {
      completes: 'file',
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
      { completes: 'file' },
    ),
    photos: option(
      '--photos <paths...>',
      'measures the service times on these photos and this machine',
      z.array(z.string()).optional(),
      { completes: 'file' },
    ),
    estimate: option(
      '--estimate <file>',
      'uses the output of `estimate --json`',
      z.string().optional(),
      { completes: 'file' },
    ),
    service: option(
      '--service <seconds>',
      'service times of an image, separated by commas',
      secondsList().optional(),
    ),
    recipe: recipeOption,
    transforms: transformsOption,
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
    prices: PRICES_OPTION,
    svg: option('--svg <file>', 'writes the chart as an SVG file', z.string().optional(), {
      completes: 'file',
    }),
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
  async run(context, options, recipesFile): Promise<SimulationResult> {
    const arrivals = await readArrivals(options);
    const prices = await readPrices(options.prices);
    useTransforms(options.transforms);
    const settings = withOptions(await readSettings(recipesFile), options);
    const { memory } = settings.function;
    const service = await serviceOf(context, options, recipesFile, memory);
    const load = {
      ...stackModel(settings, {
        failedAttempts: options.failures,
        crashedCalls: options.crashes,
        coldStartSeconds: options.coldStart,
      }),
      arrivals,
      spacing: options.even ? ('even' as const) : ('random' as const),
      serviceSeconds: (random: Random) =>
        service.seconds[Math.floor(random() * service.seconds.length)] ?? 0,
      seed: options.seed,
    };
    const simulation = await simulateLoad(load, context.signal);
    const { queue, function: lambda } = settings;
    const { batchSize, batchWindow, maximumConcurrency } = queue;
    const result: SimulationResult = {
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
    await writeFile(pathOf(options.svg), await drawSvg(simulation, describeLoad(result)));
    return { ...result, svg: options.svg };
  },
  print: printSimulation,
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

function dollarsOf(
  { gbSeconds, calls, sqsRequests, succeeded }: Simulation,
  { function: { architecture } }: Settings,
  prices: Prices,
  use: UploadUse | undefined,
): SimulationResult['dollars'] {
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
