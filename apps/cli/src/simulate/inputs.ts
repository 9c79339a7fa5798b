import { readFile } from 'node:fs/promises';
import {
  type ArrivalPhase,
  averageUse,
  DEFAULT_ASSUMPTIONS,
  imageSeconds,
  MAX_UPLOADS,
  type UploadUse,
} from '@darkroom/economics';
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { CommandError, type Context } from '../command.ts';
import { estimateSchema } from '../commands/estimate.ts';
import { pathOf } from '../path-of.ts';
import { measure, useOf } from '../render/measure.ts';

interface ArrivalOptions {
  readonly burst?: number | undefined;
  readonly rate?: number | undefined;
  readonly for: number;
  readonly csv?: string | undefined;
}

/** @throws CommandError if no option or an invalid table describes the arrivals */
export async function readArrivals({ burst, rate, for: seconds, csv }: ArrivalOptions) {
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

interface Service {
  /** Of each measured photo. */
  readonly seconds: readonly number[];
  /** Left out if only times are known. */
  readonly use?: UploadUse;
}

/** @throws CommandError if no option or several options name the service times */
export async function serviceOf(
  context: Context,
  options: {
    readonly photos?: string[] | undefined;
    readonly estimate?: string | undefined;
    readonly service?: number[] | undefined;
    readonly recipe?: string | undefined;
    readonly transforms: readonly string[];
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
  {
    recipe,
    transforms,
    cpuFactor,
  }: {
    readonly recipe?: string | undefined;
    readonly transforms: readonly string[];
    readonly cpuFactor: number;
  },
): Promise<UploadUse[]> {
  if (recipesFile === undefined)
    throw new CommandError('--photos needs a recipe file or a stack file as the first argument');
  const { photos } = await measure(context, recipesFile, paths, { recipe, transforms });
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

function format(value: number): string {
  return new Intl.NumberFormat('en').format(value);
}
