import * as z from 'zod';
import type { Transform } from './define-transform.ts';
import { optionError, optionProblems } from './option-problems.ts';
import { checkSteps } from './steps-check.ts';
import type { Step } from './types.ts';

type Find = (name: string) => Transform | undefined;

interface NamedStep {
  readonly name: string;
  readonly options: unknown;
}

const FORM = 'a step is a map with one key, `TRANSFORM: OPTIONS`, or just `TRANSFORM`';

function read(given: unknown): NamedStep | string {
  if (typeof given === 'string') return { name: given, options: {} };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return `${FORM}; got ${JSON.stringify(given) ?? 'nothing'}`;
  }
  const entries = Object.entries(given);
  const [entry] = entries;
  if (!entry) return `${FORM}; got an empty map`;
  if (entries.length > 1) {
    return `${FORM}; got ${entries.length} keys (${Object.keys(given).join(', ')}): make each a step of its own`;
  }
  return { name: entry[0], options: entry[1] ?? {} };
}

function withScalar(transform: Transform, options: unknown): { options: unknown } | string {
  if (typeof options === 'object' && !Array.isArray(options)) return { options };
  if (transform.scalar !== undefined) return { options: { [transform.scalar]: options } };
  return `${transform.name} takes a map of options, got ${JSON.stringify(options)}`;
}

/** The recipe's form of one step, to `Step` with all defaults filled in. */
export function createStepSchema(find: Find, names: readonly string[]) {
  return z.unknown().transform((given, context): Step => {
    const refuse = (path: readonly PropertyKey[], message: string) => {
      context.addIssue({ code: 'custom', path: [...path], message, input: given });
      return z.NEVER;
    };
    const named = read(given);
    if (typeof named === 'string') return refuse([], named);
    const path = [named.name];
    const transform = find(named.name);
    if (!transform) {
      return refuse(
        path,
        `unknown transform ${JSON.stringify(named.name)}; known: ${names.join(', ')}`,
      );
    }
    const form = withScalar(transform, named.options);
    if (typeof form === 'string') return refuse(path, form);
    const result = transform.options.safeParse(form.options, { error: optionError });
    if (result.success) {
      return {
        transform: transform.name,
        options: result.data as Record<string, unknown>,
      };
    }
    const isScalar = form.options !== named.options;
    for (const problem of optionProblems(form.options, result.error.issues)) {
      refuse(isScalar ? path : [...path, ...problem.path], problem.message);
    }
    return z.NEVER;
  });
}

/** The steps of a variant, in the recipe's form; none keeps the picture as it is. */
export function createStepsSchema(stepSchema: ReturnType<typeof createStepSchema>, find: Find) {
  return z.array(stepSchema).superRefine((steps, context) => checkSteps(steps, find, context));
}
