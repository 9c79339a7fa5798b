import { BASE_MIB, estimateRender, makePlan, type SourceFacts } from '@darkroom/transforms';
import { catalog } from './catalog.ts';
import { isRejection, PipelineError, toPipelineError } from './contract/codes.ts';
import type { Limits } from './contract/limits.ts';
import { type Recipe, renderRequests } from './recipe/recipe.ts';

const MIB = 1024 * 1024;

/**
 * MiB of a function that no upload may use: the function's own process, and the isolated process for an upload that may
 * have killed a process (apps/resizer). Always reserved, because the outcome must not depend on the attempt.
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
 * @param rendering the engine's estimate, MiB; the file is kept in addition, for the isolated process
 */
export function peakMemory(bytes: number, rendering: number): number {
  return Math.max(readingMemory(bytes), rendering + bytes / MIB);
}

/**
 * Number of files of one upload to encode at once. It is the number of vCPUs if the memory suffices for as many such
 * uploads as the function processes at once, otherwise less. It helps a single upload. Several uploads keep the vCPUs
 * busy and must not wait for each other's memory.
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
 * by itself: a still one, 8 bits deep, 3:2. Only the header shows the cost of animations, 16 bits or extreme ratios.
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
  const [{ variants = [], effort } = {}] = renderRequests(recipe, [facts]);
  try {
    const plan = makePlan({
      recipe: recipe.name,
      facts,
      variants,
      effort,
      bind: (step) => catalog.bind(step),
    });
    if (plan.skipped.length === variants.length) return 0;
    // One file at a time: where memory is short, the function does no more.
    return estimateRender(facts, plan, 1).memory;
  } catch (error) {
    if (isRejection(toPipelineError(error).code)) return 0;
    throw error;
  }
}

/**
 * Checks the memory of an upload, MiB. An operator can give the function more, and the rejection is therefore retryable.
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
