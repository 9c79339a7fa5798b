import type { z } from 'zod';
import type { BoundTransform, Transform } from './define-transform.ts';
import { createStepSchema, createStepsSchema } from './step-schema.ts';
import type { Step } from './types.ts';

/** Every transform that recipes may name. */
export interface Catalog {
  readonly names: readonly string[];
  get(name: string): Transform | undefined;
  /**
   * The transform of a parsed step with its options.
   * @throws Error on a transform that the catalog does not hold
   */
  bind(step: Step): BoundTransform;
  /** One step in the recipe's form (`{ resize: { width: 320 } }`, `{ rotate: 'auto' }`, `'flip'`) to a `Step`. */
  readonly stepSchema: z.ZodType<Step>;
  /** All steps of a variant: each as `stepSchema`, and settings once, with nothing after `encode`. */
  readonly stepsSchema: z.ZodType<Step[]>;
  /** Name to version of the transforms that the steps use, for the recipe's hash. */
  versions(steps: readonly Step[]): Readonly<Record<string, number>>;
}

/**
 * Makes the catalog of a literal list of transforms.
 * @throws Error when two have the same name
 */
export function createCatalog(definitions: readonly Transform[]): Catalog {
  const byName = new Map<string, Transform>();
  for (const definition of definitions) {
    if (byName.has(definition.name)) {
      throw new Error(`two transforms are called ${JSON.stringify(definition.name)}`);
    }
    byName.set(definition.name, definition);
  }
  const names = [...byName.keys()];
  const get = (name: string) => byName.get(name);
  const known = (name: string): Transform => {
    const transform = get(name);
    if (!transform) {
      throw new Error(`unknown transform ${JSON.stringify(name)}; known: ${names.join(', ')}`);
    }
    return transform;
  };
  return {
    names,
    get,
    bind: (step) => known(step.transform).bind(step.options),
    stepSchema: createStepSchema(get, names),
    stepsSchema: createStepsSchema(get, names),
    versions(steps) {
      const used = [...new Set(steps.map((step) => step.transform))].sort();
      return Object.fromEntries(used.map((name) => [name, known(name).version]));
    },
  };
}
