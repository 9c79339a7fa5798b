import { BASE_MIB, estimateRender, makePlan, type SourceFacts } from '@darkroom/transforms';
import { catalog } from './catalog.ts';
import { isRejection, PipelineError, toPipelineError } from './contract/codes.ts';
import type { Limits } from './contract/limits.ts';
import { type Recipe, renderRequest } from './recipe/recipe.ts';

const MIB = 1024 * 1024;

/**
 * MiB of a function that no upload may have: the function's own process, and the one in which an upload is worked on
 * that may have killed a process (apps/resizer). Set aside always, so that the outcome does not depend on the attempt.
 */
const SET_ASIDE_MIB = 2 * BASE_MIB;

/** @returns MiB that a function of this memory has for uploads */
export function uploadMemory(functionMiB: number): number {
  return Math.max(0, functionMiB - SET_ASIDE_MIB);
}

/** @returns MiB that the function of an upload with this need must have */
export function functionMemory(neededMiB: number): number {
  return Math.ceil(neededMiB + SET_ASIDE_MIB);
}

/** One vCPU is 1,769 MiB (Lambda developer guide, "Configure Lambda function memory"); one image for each. */
export function imagesAtOnce(memoryMiB: number): number {
  return Math.max(1, Math.floor(memoryMiB / 1769));
}

/** MiB while an upload is read: the pieces as they come, and the whole. */
export function readingMemory(bytes: number): number {
  return (2 * bytes) / MIB;
}

/**
 * MiB of one upload at its peak.
 *
 * @param rendering MiB that the engine estimates; the file is kept beside it, for the other process
 */
export function peakMemory(bytes: number, rendering: number): number {
  return Math.max(readingMemory(bytes), rendering + bytes / MIB);
}

/**
 * How many files of one upload to encode at once: one for each vCPU where the memory holds that beside as many other
 * uploads as are worked on at once, fewer where it does not. It is for the upload that is alone: many keep the vCPUs
 * busy by themselves, and must not wait for each other's memory.
 *
 * @param vcpus of the function, which are also the uploads that it works on at once
 * @param capacity MiB of all uploads
 * @param need MiB of the upload with so many files at once
 */
export function filesAtOnce(
  vcpus: number,
  capacity: number,
  need: (files: number) => number,
): number {
  let files = Math.max(1, vcpus);
  while (files > 1 && need(files) * vcpus > capacity) files--;
  return files;
}

const number = new Intl.NumberFormat('en');

/**
 * Whether the function would reject everyday pictures for its memory, though the limits let them in. No misfit: few
 * uploads are that large, and their manifests say it. For the people who deploy to decide.
 *
 * @returns a sentence, with what to change; nothing where they fit
 */
export function memoryWarning({
  recipes,
  limits,
  function: { memory },
}: {
  readonly recipes: readonly Recipe[];
  readonly limits: Limits;
  readonly function: { readonly memory: number };
}): string | undefined {
  const needs = recipes.map((recipe) => ({ recipe, mib: memoryForLargest(recipe, limits) }));
  const tooMuch = needs.filter(({ mib }) => mib > memory);
  if (tooMuch.length === 0) return undefined;
  return (
    `function.memory: ${number.format(memory)} MiB are too few for the largest pictures that the limits let in ` +
    `(limits.pixels ${number.format(limits.pixels)}, limits.bytes ${number.format(limits.bytes)}) with the variants ` +
    `of ${tooMuch.map(({ recipe }) => recipe.name).join(', ')}; they would be rejected as TOO_LARGE. ` +
    `Give the function ${number.format(Math.max(...tooMuch.map(({ mib }) => mib)))} MiB, or lower the limits`
  );
}

/** What cameras, phones and drawing programs write pictures of any size in. */
const EVERYDAY: readonly SourceFacts['format'][] = ['jpeg', 'png', 'webp'];

/**
 * MiB that the function must have for the largest everyday picture that the limits let in, by the estimate that it goes
 * by itself: a still one, 8 bits deep, 3:2. What an animation, 16 bits or a ribbon of a picture take is told by their
 * header alone.
 */
export function memoryForLargest(recipe: Recipe, limits: Limits): number {
  const long = Math.min(limits.side, Math.floor(Math.sqrt(limits.pixels * 1.5)));
  const short = Math.max(1, Math.floor(long / 1.5));
  const sizes = [
    { width: long, height: short },
    { width: short, height: long },
  ];
  const everyday = recipe.formats.filter((format) => EVERYDAY.includes(format));
  const rendering = (everyday.length > 0 ? everyday : recipe.formats).flatMap((format) =>
    sizes.map((size) => planned(recipe, { ...largest(format), ...size, bytes: limits.bytes })),
  );
  return functionMemory(peakMemory(limits.bytes, Math.max(...rendering)));
}

/** Every row of the picture is held while it is decoded, where the format has such a coding. */
function largest(format: SourceFacts['format']): Omit<SourceFacts, 'width' | 'height' | 'bytes'> {
  return {
    format,
    orientation: 1,
    pages: 1,
    hasAlpha: format !== 'jpeg',
    progressive: format === 'jpeg' || format === 'png',
    coding: { depth: 8, space: 'rgb', profile: 'none', chromaSubsampling: '4:4:4' },
  };
}

/** MiB that rendering takes; nothing for what the steps refuse. */
function planned(recipe: Recipe, facts: SourceFacts): number {
  const { variants, effort } = renderRequest(recipe, facts);
  try {
    const plan = makePlan({
      recipe: recipe.name,
      facts,
      variants,
      effort,
      bind: (step) => catalog.bind(step),
    });
    // One file at a time: where memory is short, the function does no more.
    return estimateRender(facts, plan, 1).memory;
  } catch (error) {
    if (isRejection(toPipelineError(error).code)) return 0;
    throw error;
  }
}

/**
 * What an upload takes of the function's memory, MiB. An operator can give the function more, so that this rejection is
 * no last word on the upload.
 *
 * @param available the most that one upload may have (`uploadMemory`)
 * @returns the `TOO_LARGE` to reject with, or nothing
 */
export function checkMemory(needed: number, available: number): PipelineError | undefined {
  if (needed <= available) return undefined;
  const [needs, has] = [Math.ceil(needed), Math.floor(available)].map((mib) => number.format(mib));
  const memory = number.format(functionMemory(needed));
  return new PipelineError(
    'TOO_LARGE',
    `memory in MiB: needs about ${needs}, the function has ${has} for an upload; function.memory: ${memory} would do`,
    { retryable: true },
  );
}
