import {
  averageUse,
  type CostAssumptions,
  costSettings,
  type CostSettings,
  DEFAULT_ASSUMPTIONS,
  defaultPrices,
  type Prices,
  pricesSchema,
  uploadCost,
} from '@darkroom/economics';
import { check } from '@darkroom/pipeline';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { CommandError, defineCommand, option } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { numberBetween } from '../options.ts';
import { pathOf } from '../path-of.ts';
import {
  LOAD_OPTIONS,
  measure,
  type MeasuredPhoto,
  PHOTOS,
  RECIPES,
  useOf,
} from '../render/measure.ts';
import { recipeOption, transformsOption } from '../recipe-file.ts';
import { formatBytes, formatDollars, type Terminal } from '../terminal.ts';
import { readYaml } from '../yaml-file.ts';

const number = z.number();

const useSchema = z.strictObject({
  cpuSeconds: number,
  writes: number,
  reads: number,
  uploadBytes: number,
  outputBytes: number,
  memory: number.describe('MiB of the smallest function that accepts the upload'),
});

const sizeSchema = z.strictObject({
  memory: number.describe('MiB'),
  callSeconds: number.describe('Seconds of a call with a full batch'),
  gbSeconds: number.describe('Per million uploads'),
  dollars: number.describe('Compute and calls, US dollars per million uploads'),
  fits: z.boolean().describe('Whether each measured photo has enough memory'),
});

const PARTS = {
  lambdaCompute: 'Lambda, compute',
  lambdaCalls: 'Lambda, calls',
  s3Writes: 'S3, PUT and LIST',
  s3Reads: 'S3, GET and HEAD',
  sqs: 'SQS',
  kms: 'KMS',
  logs: 'CloudWatch Logs',
  events: 'EventBridge',
  storage: 'S3, storage',
  transfer: 'transfer to the internet',
} as const;

export const estimateSchema = z.strictObject({
  recipe: z.string(),
  measured: z.array(useSchema.extend({ name: z.string() })).describe('Each photo on this machine'),
  failed: z.array(z.strictObject({ name: z.string(), code: z.string(), message: z.string() })),
  average: useSchema,
  total: number.describe('US dollars per million uploads'),
  parts: z.strictObject(
    Object.fromEntries(Object.keys(PARTS).map((part) => [part, number])) as Record<
      keyof typeof PARTS,
      typeof number
    >,
  ),
  lambda: sizeSchema.describe('The function of the stack'),
  sizes: z.array(sizeSchema).describe('The function with other sizes'),
  cheapest: sizeSchema.optional(),
  settings: z.strictObject({
    memory: number,
    architecture: z.enum(['arm64', 'x86_64']),
    ephemeralStorage: number,
    messagesPerCall: number,
    kms: z.boolean(),
    events: z.boolean(),
  }),
  assumptions: z.strictObject({
    cpuFactor: number,
    secondsPerRequest: number,
    logBytes: number,
    months: number,
    downloads: number,
    kmsPerRequest: number,
  }),
  prices: pricesSchema,
});

export type Estimate = z.output<typeof estimateSchema>;

export const PRICES_OPTION = option(
  '--prices <file>',
  'another price table (docs/costs.md)',
  z.string().optional(),
  { completes: 'file' },
);

/** Dollars per million uploads: measured on photos and this machine, times a price table. */
export const estimate = defineCommand({
  name: 'estimate',
  summary: 'measures a recipe on photos and prints the cost of a million uploads',
  arguments: [RECIPES, PHOTOS],
  options: {
    recipe: recipeOption,
    transforms: transformsOption,
    prices: PRICES_OPTION,
    ...LOAD_OPTIONS,
    months: option('--months <n>', 'months of storage (1)', numberBetween(0, 1200).default(1)),
    downloads: option(
      '--downloads <n>',
      'downloads of all outputs from S3 by the internet, for each upload (0)',
      numberBetween(0, 1e9).default(0),
    ),
  },
  details:
    'Renders each photo as the function does, in processes on all CPUs, and measures CPU time, requests and bytes. Photos that would be rejected do not count. docs/costs.md describes the model and its assumptions.',
  examples: [
    { line: 'Pulumi.prod.yaml photos --recipe photos', what: 'The stack prod with your photos' },
    { line: 'recipe.yaml photo.jpg --prices prices.json', what: 'With your own prices' },
  ],
  output: estimateSchema,
  async run(context, options, recipesFile, paths): Promise<Estimate> {
    const prices = await readPrices(options.prices);
    const measured = await measure(context, recipesFile, paths, {
      recipe: options.recipe,
      transforms: options.transforms,
    });
    return estimateOf(measured.photos, {
      recipe: measured.recipe.name,
      settings: costSettings(measured.settings, options),
      prices,
      cpuFactor: options.cpuFactor,
      assumptions: {
        ...DEFAULT_ASSUMPTIONS,
        ...{ months: options.months, downloads: options.downloads },
      },
    });
  },
  print,
  exitCode: ({ failed }) => (failed.length === 0 ? EXIT.done : EXIT.failed),
});

/** @throws CommandError if no photo was processed */
function estimateOf(
  photos: readonly MeasuredPhoto[],
  {
    recipe,
    settings,
    prices,
    cpuFactor,
    assumptions,
  }: {
    readonly recipe: string;
    readonly settings: CostSettings;
    readonly prices: Prices;
    readonly cpuFactor: number;
    readonly assumptions: CostAssumptions;
  },
): Estimate {
  const measured = photos
    .filter(({ status }) => status === 'done')
    .map((photo) => ({ name: photo.name, ...useOf(photo, cpuFactor) }));
  const failed = photos.flatMap(({ name, error }) =>
    error ? [{ name, code: error.code, message: error.message }] : [],
  );
  if (measured.length === 0) {
    const [first] = failed;
    throw new CommandError(`${first?.name} would be rejected: ${first?.code}: ${first?.message}`, {
      remedy: 'Measure at least one photo that the recipe accepts.',
      exitCode: EXIT.failed,
    });
  }
  const average = averageUse(measured);
  const { cheapest, sizes, ...cost } = uploadCost(average, settings, prices, assumptions);
  return {
    ...{ recipe, measured, failed, average, settings, prices },
    ...cost,
    sizes: [...sizes],
    ...(cheapest && { cheapest }),
    assumptions: { cpuFactor, ...assumptions },
  };
}

/**
 * @param file JSON or YAML; left out, the default table
 * @throws CommandError that lists every problem
 */
export async function readPrices(file: string | undefined): Promise<Prices> {
  if (file === undefined) return defaultPrices;
  const text = await readFile(pathOf(file), 'utf8').catch((cause: unknown) => {
    throw new CommandError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  const checked = check(pricesSchema, readYaml(text, file));
  if (checked.ok) return checked.data;
  throw new CommandError(`${file} is not a valid price table:\n${checked.problems}`, {
    cause: checked.cause,
    remedy: 'docs/costs.md has a link to the default table, which you can copy.',
  });
}

function print(estimate: Estimate, terminal: Terminal): void {
  const { average, failed, measured, lambda, settings, sizes, cheapest, prices, total } = estimate;
  for (const { name, code, message } of failed)
    terminal.note(`${name} would be rejected and does not count: ${code}: ${message}`);
  terminal.text(
    `Recipe ${estimate.recipe}, ${count(measured.length, 'photo')}, on average: ${Math.round(average.cpuSeconds * 1000)} ms of CPU time, ${formatBytes(average.uploadBytes)} in, ${formatBytes(average.outputBytes)} out, ${round(average.writes)} PUT and LIST, ${round(average.reads)} GET and HEAD.`,
  );
  terminal.line();
  terminal.table(
    ['per million uploads', 'US dollars', 'share'],
    [
      ...Object.entries(PARTS).flatMap(([part, label]) => {
        const dollars = estimate.parts[part as keyof typeof PARTS];
        return dollars === 0 ? [] : [[label, formatDollars(dollars), share(dollars, total)]];
      }),
      ['total', terminal.colours.bold(formatDollars(total)), '100 %'],
    ],
  );
  terminal.line();
  terminal.table(
    ['function.memory', 'seconds per call', 'Lambda, US dollars', ''],
    sizes.map(({ memory, callSeconds, dollars, fits }) => [
      memory,
      callSeconds.toFixed(2),
      formatDollars(dollars),
      [
        ...(memory === lambda.memory ? ['this stack'] : []),
        ...(memory === cheapest?.memory ? ['cheapest'] : []),
        ...(fits ? [] : ['too little for a photo']),
      ].join(', '),
    ]),
  );
  terminal.line();
  terminal.text(
    `An estimate, measured on this machine: ${settings.architecture}, ${settings.messagesPerCall} messages per call, ${estimate.assumptions.months} month of storage, prices of ${prices.region} on ${prices.date}. docs/costs.md has the model.`,
  );
}

function share(part: number, total: number): string {
  const percent = (100 * part) / total;
  return percent < 0.1 ? '<0.1 %' : `${percent.toFixed(1)} %`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
