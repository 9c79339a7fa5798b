import type { Catalog } from '../catalog.ts';
import { makePlan } from '../plan/plan.ts';
import type { ImageEngine } from '../types.ts';
import { checkFormatLimits, execute } from './execute.ts';
import { inspect } from './inspect.ts';
import { setUpSharp } from './sharp-setup.ts';

export interface EngineOptions {
  readonly catalog: Catalog;
  /** Files that are encoded at once for one upload, at least 1 (default): one for each CPU pays. */
  readonly concurrency?: number;
  /** Lets the SVG loader see uploads; default false, since an SVG can reach out and blow up. */
  readonly svg?: boolean;
}

/** The engine on sharp. It sets up sharp for the whole process. */
export function createEngine({
  catalog,
  concurrency = 1,
  svg = false,
}: EngineOptions): ImageEngine {
  setUpSharp({ svg });
  return {
    inspect: (source) => inspect(source, { svg }),
    async *render({ source, facts, recipe, variants, signal }) {
      const plan = makePlan({ facts, variants, recipe, bind: (step) => catalog.bind(step) });
      checkFormatLimits(plan, recipe);
      yield* execute(plan, { source, facts, recipe, signal }, concurrency);
    },
  };
}
