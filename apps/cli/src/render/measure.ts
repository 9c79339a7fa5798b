import { type Recipe, type Settings } from '@darkroom/pipeline';
import type { UploadUse } from '@darkroom/economics';
import type { RenderedPhoto } from '@darkroom/rendering';
import { type Context, option, required, several } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { numberBetween } from '../options.ts';
import { pathOf } from '../path-of.ts';
import { pickRecipe, readSettingsFile, sideFilesFolder, useTransforms } from '../recipe-file.ts';
import { findPhotos } from './photos.ts';

export const RECIPES = required('recipes', 'recipe file, Pulumi.STACK.yaml, or - for stdin', {
  completes: 'file',
});
export const PHOTOS = several('photos', 'pictures, and folders with pictures', {
  completes: 'file',
});
/** Options that replace settings of the stack. */
export const LOAD_OPTIONS = {
  memory: option(
    '--memory <MiB>',
    'memory of the function (function.memory)',
    numberBetween(128, 10_240).optional(),
  ),
  messages: option(
    '--messages <n>',
    'messages for each call (queue.batchSize)',
    numberBetween(1, 10_000).optional(),
  ),
  cpuFactor: option(
    '--cpu-factor <n>',
    'seconds of a vCPU of Lambda for one CPU second here (1)',
    numberBetween(0.01, 100).default(1),
  ),
};

export interface MeasureOptions {
  /** Name of the recipe, if the file has several. */
  readonly recipe?: string | undefined;
  /** Files with own transforms. */
  readonly transforms: readonly string[];
  readonly out?: string | undefined;
  /** A second recipe file; it has the recipe of the same name, or only one. */
  readonly against?: string | undefined;
}

export type MeasuredPhoto = RenderedPhoto & { readonly name: string };

export interface Measured {
  readonly settings: Settings;
  readonly recipe: Recipe;
  readonly photos: readonly MeasuredPhoto[];
}

/** Renders photos with a recipe in worker processes, and measures each one. */
export async function measure(
  { terminal, signal }: Context,
  recipesFile: string,
  paths: readonly string[],
  { recipe: name, transforms, out, against }: MeasureOptions,
): Promise<Measured> {
  if (recipesFile === '-' && against === '-')
    throw new CommandError('Only one of the recipes can come from standard input');
  const bundle = useTransforms(transforms);
  const settings = await readSettingsFile(recipesFile);
  const recipe = pickRecipe(settings.recipes, name, recipesFile);
  const job = (of: Settings, chosen: Recipe, file: string) => ({
    ...{ recipe: chosen, limits: of.limits, function: of.function },
    sideFiles: sideFilesFolder(file),
  });
  const other = against === undefined ? undefined : await otherRecipe(against, recipe.name);
  const { photos, ignored } = await findPhotos(paths, recipe.formats);
  if (ignored > 0) terminal.note(`Skipped ${ignored} files in folders that are not pictures.`);
  const bar = terminal.progress('rendering', photos.length);
  const { renderAll } = await import('@darkroom/rendering');
  try {
    let done = 0;
    const rendered = await renderAll(
      photos.map(({ file, key }) => ({
        ...job(settings, recipe, recipesFile),
        ...{ file, key },
        ...(bundle !== undefined && { transforms: { bundle, folder: pathOf('.') } }),
        ...(out !== undefined && { out: pathOf(out) }),
        ...(other && { against: job(other.settings, other.recipe, against ?? '') }),
      })),
      { signal, onDone: (index) => bar.update(++done, photos[index]?.name) },
    );
    return {
      settings,
      recipe,
      photos: rendered.map((photo, index) => ({ name: photos[index]?.name ?? '', ...photo })),
    };
  } finally {
    bar.stop();
  }
}

async function otherRecipe(file: string, name: string) {
  const settings = await readSettingsFile(file);
  const isOnly = settings.recipes.length === 1;
  return { settings, recipe: pickRecipe(settings.recipes, isOnly ? undefined : name, file) };
}

/** @param cpuFactor seconds of a vCPU for one CPU second of this machine */
export function useOf(
  { cpuMs, writes, reads, uploadBytes, outputBytes, memory }: RenderedPhoto,
  cpuFactor = 1,
): UploadUse {
  const cpuSeconds = (cpuMs / 1000) * cpuFactor;
  return { cpuSeconds, writes, reads, uploadBytes, outputBytes, memory };
}
