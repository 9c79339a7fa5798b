import type { MemoryRequest, Rendered, RenderedOutput, SourceFacts } from '@darkroom/transforms';
import { PipelineError } from '../contract/codes.ts';
import type { Job } from './make-outputs.ts';
import { holds } from '../recipe/when.ts';
import type { Recipe } from '../recipe/recipe.ts';

/** What the engine has to make of an upload: the variants whose conditions hold, but for copies. */
export function renderRequest(
  { name: recipe, variants, effort, placeholder }: Recipe,
  facts: SourceFacts,
): MemoryRequest {
  const rendered = variants.filter(({ when, copy }) => !copy && holds(when, facts));
  return { facts, recipe, variants: rendered, effort, placeholder };
}

/**
 * Copies come last, when all else has shown that the upload can be decoded.
 * @param done variants that are there already
 */
export async function* renderVariants(
  { recipe, engine, signal }: Pick<Job, 'recipe' | 'engine' | 'signal'>,
  source: Uint8Array,
  request: MemoryRequest,
  done: ReadonlySet<string>,
): AsyncGenerator<Rendered, void> {
  yield* engine.render({ source, ...request, done, ...(signal && { signal }) });
  for (const { name, copy, when } of recipe.variants)
    if (copy && holds(when, request.facts) && !done.has(name))
      yield copyOf(name, source, request.facts);
}

function copyOf(variant: string, bytes: Uint8Array, facts: SourceFacts): RenderedOutput {
  const { format, width, height } = facts;
  // The recipe's schema lets none come so far: it could carry scripts to browsers.
  if (format === 'svg') throw new PipelineError('INTERNAL', `variant ${variant} copies an SVG`);
  return { kind: 'output', variant, bytes, format, width, height };
}
