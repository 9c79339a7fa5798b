import type { Catalog } from '../catalog.ts';
import { makePlan, type PlanInput } from '../plan/plan.ts';
import { referencePlan } from '../plan/reference-plan.ts';
import type { Plan } from '../plan/types.ts';
import type { ImageEngine } from '../types.ts';
import { checkFormatLimits, execute } from './execute.ts';
import { inspect } from './inspect.ts';
import { setUpSharp } from './sharp-setup.ts';
import type { ReadSideFile } from './step-context.ts';

export interface EngineOptions {
  readonly catalog: Catalog;
  /** Files that are encoded at once for one upload, at least 1 (default): one for each CPU pays. */
  readonly concurrency?: number;
  /** Lets the SVG loader see uploads; default false, since an SVG can reach out and blow up. */
  readonly svg?: boolean;
  /** The most that one step's own code may take, milliseconds; default 20,000. Longer is a `TIMEOUT`. */
  readonly stepTimeout?: number;
  /** Where steps read side files, such as a logo; none are there when left out. */
  readonly readSideFile?: ReadSideFile;
}

/** The engine on sharp. It sets up sharp for the whole process. */
export function createEngine(options: EngineOptions): ImageEngine {
  return engineOf(makePlan, options);
}

/** The engine that lays down pixels after every single step: what the declared order means, for tests. */
export function createReferenceEngine(options: EngineOptions): ImageEngine {
  return engineOf(referencePlan, options);
}

function engineOf(
  planner: (input: PlanInput) => Plan,
  { catalog, concurrency = 1, svg = false, stepTimeout = 20_000, readSideFile }: EngineOptions,
): ImageEngine {
  setUpSharp({ svg });
  return {
    inspect: (source) => inspect(source, { svg }),
    async *render({ source, facts, recipe, variants, signal }) {
      const plan = planner({ facts, variants, recipe, bind: (step) => catalog.bind(step) });
      checkFormatLimits(plan, recipe);
      const job = { source, facts, recipe, signal, stepTimeout, readSideFile };
      yield* execute(plan, job, concurrency);
    },
  };
}
