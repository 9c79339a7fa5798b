import type * as z from 'zod';
import type { BoundTransform } from '../bound-transform.ts';
import type { Transform } from '../define-transform.ts';
import type { Step } from '../image-engine.ts';
import { createStepSchema, createStepsSchema } from './step-schema.ts';

/** The transforms that recipes can use. `Input` is the type of a step as a recipe writes it. */
export interface Catalog<Input = unknown> {
  readonly names: readonly string[];
  get(name: string): Transform | undefined;
  /**
   * The transform of a parsed step with its options.
   * @throws Error on a transform that the catalog does not hold
   */
  bind(step: Step): BoundTransform;
  /** One step in the recipe's form (`{ resize: { width: 320 } }`, `{ rotate: 'auto' }`, `'flip'`) to a `Step`. */
  readonly stepSchema: z.ZodType<Step, Input>;
  /** All steps of a variant: each as `stepSchema`, each setting at most once, no step after `encode`. */
  readonly stepsSchema: z.ZodType<Step[], Input[]>;
  /** Versions of the transforms that the steps use, by name, for the recipe's hash. */
  versions(steps: readonly Step[]): Readonly<Record<string, number>>;
  /** Names of the side files that the steps read, each once, in alphabetical order. */
  sideFiles(steps: readonly Step[]): readonly string[];
}

/**
 * Creates the catalog from a literal list of transforms.
 * @throws Error when two have the same name
 */
export function createCatalog<const T extends readonly Transform[]>(
  definitions: T,
): Catalog<StepInput<T[number]>> {
  const byName = new Map<string, Transform>();
  for (const definition of definitions) {
    if (byName.has(definition.name)) {
      throw new Error(`two transforms have the name ${JSON.stringify(definition.name)}`);
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
  const stepSchema = createStepSchema(get, names);
  // A process parses its recipes once: all uploads have the same steps.
  const bound = new WeakMap<Step, BoundTransform>();
  return {
    names,
    get,
    bind(step) {
      const before = bound.get(step);
      if (before) return before;
      const made = known(step.transform).bind(step.options);
      bound.set(step, made);
      return made;
    },
    // The schemas check the input at run time; the type gives the compiler the same information.
    stepSchema: stepSchema as z.ZodType<Step, StepInput<T[number]>>,
    stepsSchema: createStepsSchema(stepSchema, get) as z.ZodType<Step[], StepInput<T[number]>[]>,
    versions(steps) {
      const used = [...new Set(steps.map((step) => step.transform))].sort();
      return Object.fromEntries(used.map((name) => [name, known(name).version]));
    },
    sideFiles(steps) {
      const named = steps.flatMap(({ transform, options }) => known(transform).sideFiles(options));
      return [...new Set(named)].sort();
    },
  };
}

/** The value under a transform's name in a recipe: its options, or the value of the option that a bare scalar sets. */
type OptionsInput<Schema extends z.ZodType, Scalar extends string> =
  z.input<Schema> | z.input<Schema>[Scalar & keyof z.input<Schema>];

/** A step as a recipe writes it: `{ resize: { width: 320 } }`, `{ rotate: 'auto' }`, or `'flip'`. */
export type StepInput<T extends Transform> =
  T extends Transform<infer Name, infer Schema, infer Scalar>
    ? | { readonly [N in Name]: OptionsInput<Schema, Scalar> }
      // Only where no option is required.
      | (Record<never, never> extends z.input<Schema> ? Name : never)
    : never;
