import {
  BASE_MIB,
  describePlan,
  makePlan,
  type ImageEngine,
  type SourceFacts,
} from '@darkroom/transforms';
import { catalog } from './catalog.ts';
import { checkFormat } from './limits.ts';
import { holds } from './recipe/when.ts';
import type { Recipe } from './recipe.ts';
import { renderRequest } from './render-variants.ts';
import { functionMemory, peakMemory } from './upload-memory.ts';

/**
 * What a recipe does to an upload, for a person: the stages with the reason for each barrier, what is copied, what is
 * not made, and the memory. No pixel is decoded.
 *
 * @throws PipelineError or ImageError with the code that the upload would be rejected with
 */
export function describeUpload(recipe: Recipe, facts: SourceFacts, engine: ImageEngine): string {
  const unsupported = checkFormat(facts, recipe);
  if (unsupported) throw unsupported;
  const request = renderRequest(recipe, facts);
  const mib = peakMemory(facts.bytes, engine.memory(request));
  const plan = makePlan({
    ...request,
    placeholder: Object.values(recipe.placeholder).includes(true),
    bind: (step) => catalog.bind(step),
  });
  const named = (wanted: Recipe['variants']) => wanted.map(({ name }) => name).join(', ');
  const copies = recipe.variants.filter(({ copy, when }) => copy && holds(when, facts));
  const unmade = recipe.variants.filter(({ when }) => !holds(when, facts));
  return [
    `recipe ${recipe.name}, effort ${recipe.effort}`,
    describePlan(plan, facts),
    ...(copies.length > 0 ? [`copied byte for byte: ${named(copies)}`] : []),
    ...(unmade.length > 0 ? [`not made, their conditions do not hold: ${named(unmade)}`] : []),
    `memory: about ${Math.ceil(mib)} MiB at the peak, beside ${BASE_MIB} MiB of a process; ` +
      `a function of at least ${functionMemory(mib)} MiB takes it`,
  ].join('\n');
}
