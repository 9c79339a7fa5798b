import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { averageUse, costSettings, defaultPrices, uploadCost } from '@darkroom/economics';
import * as z from 'zod';
import { CommandError, defineCommand, option } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pathOf } from '../path-of.ts';
import { comparisonPage } from '../render/comparison-page.ts';
import { measure, type MeasuredPhoto, PHOTOS, RECIPES, useOf } from '../render/measure.ts';
import { formatBytes, formatDollars, type Terminal } from '../terminal.ts';
import { recipeOption, transformsOption } from '../recipe-file.ts';

const number = z.number();

const photoSchema = z.strictObject({
  name: z.string(),
  status: z
    .enum(['done', 'rejected', 'failed'])
    .describe('rejected: the function would write a rejected manifest; failed: it would retry'),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  variants: z.array(
    z.strictObject({
      name: z.string(),
      contentType: z.string(),
      ...{ width: number, height: number, bytes: number },
    }),
  ),
  skipped: z.array(z.strictObject({ variant: z.string(), message: z.string() })),
  cpuMs: number.describe('User and system time of all threads'),
  uploadBytes: number,
  outputBytes: number.describe('With the manifest'),
  writes: number.describe('PUT and LIST requests to S3'),
  reads: number.describe('GET and HEAD requests to S3'),
  memory: number.describe('MiB of the smallest function that accepts the upload'),
});

const comparedSchema = z.strictObject({
  name: z.string().describe('Of the photo'),
  cpuMs: number.describe('With the other recipe'),
  outputBytes: number,
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  variants: z.array(
    z.strictObject({
      name: z.string(),
      bytes: number,
      otherBytes: number,
      ssim: number.optional().describe('Left out for pictures below 11 pixels'),
    }),
  ),
  unpaired: z.array(z.string()).describe('Variants of one of the recipes only'),
});

const renderSchema = z.strictObject({
  recipe: z.string(),
  photos: z.array(photoSchema),
  cpuMs: number.describe('Mean of the photos that are done'),
  dollarsPerMillion: number
    .optional()
    .describe('US dollars per million such uploads; left out if no photo is done'),
  out: z.string().optional(),
  against: z.array(comparedSchema).optional(),
  page: z.string().optional().describe('The comparison, an HTML file'),
});

type Result = z.output<typeof renderSchema>;

/** Runs a recipe on local files, without AWS. */
export const render = defineCommand({
  name: 'render',
  summary: 'runs a recipe on local photos, without AWS; compares two recipes',
  arguments: [RECIPES, PHOTOS],
  options: {
    recipe: recipeOption,
    transforms: transformsOption,
    out: option(
      '--out <folder>',
      'writes outputs and manifests, with their keys as paths',
      z.string().optional(),
      { completes: 'file' },
    ),
    against: option(
      '--against <recipes>',
      'compares with another recipe: writes a page with a slider for each variant',
      z.string().optional(),
      { completes: 'file' },
    ),
    page: option(
      '--page <file>',
      'the page of --against (comparison.html, in the folder of --out)',
      z.string().optional(),
      { completes: 'file' },
    ),
  },
  details:
    'Each photo is processed as the function processes an upload, in processes on all CPUs. Without --out, nothing is written. Exit code 1 if a photo would be rejected.',
  examples: [
    { line: 'Pulumi.local.yaml photos --out rendered', what: 'All pictures of a folder' },
    {
      line: 'recipe.yaml photo.jpg --against other.yaml',
      what: 'Two recipes, side by side in comparison.html',
    },
    { line: '- photo.jpg --out rendered', what: 'A recipe from standard input' },
  ],
  interrupted:
    'Files of --out are complete. The same command renders all photos again, and replaces them.',
  output: renderSchema,
  async run(
    context,
    { recipe: name, transforms, out, against, page },
    recipesFile,
    paths,
  ): Promise<Result> {
    if (page !== undefined && against === undefined)
      throw new CommandError('--page needs --against', {
        remedy: 'Add --against with a second recipe file.',
      });
    const { photos, recipe, settings } = await measure(context, recipesFile, paths, {
      ...{ recipe: name, transforms, out, against },
    });
    const done = photos.filter(({ status }) => status === 'done').map((photo) => useOf(photo));
    const average = averageUse(done);
    const result: Result = {
      recipe: recipe.name,
      photos: photos.map(({ comparison: _, ...photo }) => ({
        ...photo,
        ...{ variants: [...photo.variants], skipped: [...photo.skipped] },
      })),
      cpuMs: average.cpuSeconds * 1000,
      ...(done.length > 0 && {
        dollarsPerMillion: uploadCost(average, costSettings(settings), defaultPrices).total,
      }),
      ...(out !== undefined && { out }),
    };
    if (against === undefined) return result;
    const file = page ?? path.join(out ?? '.', 'comparison.html');
    await writePage(file, { one: recipesFile, other: against, photos });
    return { ...result, against: photos.flatMap(comparedOf), page: file };
  },
  print,
  exitCode: ({ photos, against = [] }) =>
    photos.every(({ status }) => status === 'done') && against.every(({ error }) => !error)
      ? EXIT.done
      : EXIT.failed,
});

async function writePage(
  file: string,
  {
    one,
    other,
    photos,
  }: { readonly one: string; readonly other: string; readonly photos: readonly MeasuredPhoto[] },
): Promise<void> {
  const html = await comparisonPage({
    ...{ one, other },
    photos: photos.map(({ name, error, comparison }) => ({
      name,
      pairs: comparison?.pairs ?? [],
      unpaired: comparison?.unpaired ?? [],
      errors: [
        ...(error ? [`${one}: ${error.code}: ${error.message}`] : []),
        ...(comparison?.other.error
          ? [`${other}: ${comparison.other.error.code}: ${comparison.other.error.message}`]
          : []),
      ],
    })),
  });
  await mkdir(path.dirname(pathOf(file)), { recursive: true });
  await writeFile(pathOf(file), html);
}

function comparedOf({ name, comparison }: MeasuredPhoto): NonNullable<Result['against']> {
  if (!comparison) return [];
  const { other, pairs, unpaired } = comparison;
  return [
    {
      ...{ name, cpuMs: other.cpuMs, outputBytes: other.outputBytes, unpaired: [...unpaired] },
      ...(other.error && { error: other.error }),
      variants: pairs.map((pair) => ({
        name: pair.name,
        bytes: pair.one.bytes,
        otherBytes: pair.other.bytes,
        ...(pair.ssim !== undefined && { ssim: pair.ssim }),
      })),
    },
  ];
}

function print(result: Result, terminal: Terminal): void {
  const { photos, against, dollarsPerMillion } = result;
  terminal.table(
    ['photo', 'result', 'outputs', 'bytes', 'CPU ms'],
    photos.map(({ name, status, error, variants, outputBytes, cpuMs }) => [
      name,
      error?.code ?? status,
      variants.length,
      outputBytes,
      Math.round(cpuMs),
    ]),
  );
  for (const { name, error, skipped } of photos) {
    if (error) terminal.note(`${name}: ${error.code}: ${error.message}`);
    for (const { variant, message } of skipped)
      terminal.note(`${name}: skipped ${variant}: ${message}`);
  }
  if (against) printComparison(against, terminal);
  const outputs = photos.reduce((sum, { variants }) => sum + variants.length, 0);
  const bytes = photos.reduce((sum, { outputBytes }) => sum + outputBytes, 0);
  terminal.line();
  terminal.text(
    [
      `Recipe ${result.recipe}: ${photos.length} photos, ${outputs} outputs, ${formatBytes(bytes)}.`,
      ...(dollarsPerMillion === undefined
        ? []
        : [
            `${Math.round(result.cpuMs)} ms of CPU time on average; about ${formatDollars(dollarsPerMillion)} per million uploads (\`darkroom estimate\` lists the parts).`,
          ]),
      ...(result.out === undefined ? [] : [`Wrote ${result.out}.`]),
      ...(result.page === undefined ? [] : [`Open ${result.page} in a browser.`]),
    ].join('\n'),
  );
}

function printComparison(against: NonNullable<Result['against']>, terminal: Terminal): void {
  terminal.line();
  terminal.table(
    ['photo', 'variant', 'bytes', 'other', 'change', 'SSIM'],
    against.flatMap(({ name, variants }) =>
      variants.map((variant) => [
        name,
        variant.name,
        variant.bytes,
        variant.otherBytes,
        `${(100 * (variant.otherBytes / variant.bytes - 1)).toFixed(1)} %`,
        variant.ssim?.toFixed(4) ?? 'too small',
      ]),
    ),
  );
  for (const { name, error, unpaired } of against) {
    if (error) terminal.note(`${name}, other recipe: ${error.code}: ${error.message}`);
    if (unpaired.length > 0)
      terminal.note(`${name}: only one of the recipes has ${unpaired.join(', ')}`);
  }
}
