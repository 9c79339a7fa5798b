import { estimateMemory, makePlan, type SourceFacts } from '@darkroom/transforms';
import { catalog } from './catalog.ts';
import { isRejection, toPipelineError } from './contract/codes.ts';
import type { Limits } from './contract/limits.ts';
import type { Recipe } from './recipe/recipe.ts';
import { renderRequest } from './reconcile/render-variants.ts';
import type { Settings } from './stack/settings.ts';
import { functionMemory, peakMemory } from './memory.ts';

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
}: Settings): string | undefined {
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
    return estimateMemory(facts, plan, 1);
  } catch (error) {
    if (isRejection(toPipelineError(error).code)) return 0;
    throw error;
  }
}
