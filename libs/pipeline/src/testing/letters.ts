import {
  ImageError,
  type ImageEngine,
  type Rendered,
  type RenderedOutput,
  type RenderRequest,
} from '@darkroom/transforms';
import { limitsSchema } from '../contract/limits.ts';
import { parseManifest, type Manifest } from '../contract/manifest.ts';
import { makeOutcomeOf } from '../stack/public-variants.ts';
import { MemoryBudget } from '../reconcile/memory-budget.ts';
import { letterEngine } from './letter-engine.ts';
import { recipesSchema, type RecipeInput } from '../recipe/recipe.ts';
import type { ReconcileContext } from '../reconcile/reconcile.ts';
import { MemoryStore } from './memory-store.ts';

export const KEY = 'uploads/k.jpg';
export const MANIFEST = `${KEY}/manifest.json`;

/** Two buckets and the model's engine: uploads are letters (see ../model/uploads.ts), variants `web` and `same`. */
export interface Letters extends ReconcileContext {
  readonly source: MemoryStore;
  readonly processed: MemoryStore;
  /** All requests since it was last emptied, those to the source marked so. */
  readonly requests: () => string[];
}

export function letters(
  recipe: Partial<RecipeInput> = {},
  rest: {
    readonly engine?: Partial<ImageEngine>;
    readonly limits?: object;
    readonly memory?: MemoryBudget;
    /** Of `settings.delivery`. */
    readonly delivery?: Parameters<typeof makeOutcomeOf>[0]['delivery'];
  } = {},
): Letters {
  const source = new MemoryStore('source');
  const processed = new MemoryStore('processed');
  const recipes = recipesSchema.parse([
    {
      name: 'letters',
      match: { prefix: 'uploads/' },
      variants: [
        { name: 'web', steps: [{ encode: 'webp' }] },
        { name: 'same', steps: [] },
      ],
      ...recipe,
    },
  ]);
  return {
    source,
    processed,
    engine: { ...letterEngine, render: renderWanted, ...rest.engine },
    recipes,
    makeOutcome: makeOutcomeOf({ recipes, delivery: rest.delivery }),
    limits: limitsSchema.parse(rest.limits ?? {}),
    memory: rest.memory ?? new MemoryBudget(1024),
    requests: () => [
      ...source.requests.splice(0).map((request) => `source: ${request}`),
      ...processed.requests.splice(0),
    ],
  };
}

/** The model's engine makes all that it knows; a recipe may want less. */
async function* renderWanted(request: RenderRequest): AsyncIterable<Rendered> {
  const wanted = new Set(request.variants.map(({ name }) => name));
  for await (const item of letterEngine.render(request))
    if (item.kind === 'output' && wanted.has(item.variant)) yield item;
}

/** A variant that an engine of a test made. */
export function made(variant: string): RenderedOutput {
  const bytes = new TextEncoder().encode(`${variant}, made`);
  return { kind: 'output', variant, bytes, format: 'webp', width: 4, height: 3 };
}

/** Makes one of two variants and then fails. */
export async function* failsHalfWay(): AsyncIterable<Rendered> {
  yield made('web');
  await new Promise((resolve) => setImmediate(resolve));
  throw new ImageError('TRANSFORM_FAILED', 'recipe letters, variant same: out of ink');
}

export function manifestOf({ processed }: Letters): Manifest | undefined {
  const stored = processed.objects.get(MANIFEST);
  return stored && parseManifest(stored.body);
}

/** Keys of all that is in the processed bucket. */
export function there({ processed }: Letters): string[] {
  return [...processed.objects.keys()].sort();
}
