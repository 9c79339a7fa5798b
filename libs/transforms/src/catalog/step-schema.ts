import * as z from 'zod';
import { rotate } from '../builtin/rotate.ts';
import type { Transform } from '../define-transform.ts';
import type { Step } from '../image-engine.ts';
import { gainMapConflict } from '../plan/gain-map-steps.ts';
import { isDisplayStep } from '../plan/display-of.ts';
import { keepsGainMap, variantSettings } from '../plan/variant-settings.ts';

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

/** Parses one step of a recipe into a `Step` and fills in all defaults. */
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

/** Parses the steps of a variant. An empty list keeps the picture unchanged. */
export function createStepsSchema(stepSchema: ReturnType<typeof createStepSchema>, find: Find) {
  return z.array(stepSchema).superRefine((steps, context) => checkSteps(steps, find, context));
}

/** A problem of a step, with its path inside the step's options. */
interface OptionProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** Adds details that Zod's own messages lack; an error map for `safeParse`. */
function optionError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `is missing: expected ${issue.expected}`;
  if (issue.code !== 'unrecognized_keys') return undefined;
  const { shape = {} } = issue.inst?._zod.def as { shape?: object };
  const allowed = Object.keys(shape);
  return allowed.length > 0 ? `allowed: ${allowed.join(', ')}` : 'this transform has no options';
}

/** Converts issues found with `optionError` into messages that name the given value and the allowed values. */
function optionProblems(
  given: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly OptionProblem[] {
  return issues.flatMap((issue): OptionProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: `unknown option ${JSON.stringify(key)}; ${issue.message}`,
      }));
    }
    const value = at(given, issue.path);
    const isMissing = issue.code === 'invalid_type' && value === undefined;
    const shown = issue.path.length > 0 && !isMissing ? `, got ${show(value)}` : '';
    return [{ path: issue.path, message: `${issue.message}${shown}` }];
  });
}

/** Whether a step only makes the picture upright. */
const isUpright = ({ transform, options }: Step) =>
  transform === rotate.name && options['angle'] === 'auto';

/**
 * Checks the rules between the steps of a variant. Settings apply to the whole variant and occur once. Facts have the
 * transform's name as key and occur once. At most one step shows the values of the file: the decode does its work, before
 * all steps but `rotate: auto`, which changes no value. No step follows `encode`. Raw steps require sRGB. A kept gain map
 * allows only steps that can change the map in the same way. Pictures are joined once, and facts are about the joined one.
 */
export function checkSteps(
  steps: readonly Step[],
  find: (name: string) => Transform | undefined,
  context: z.RefinementCtx,
): void {
  const said = new Set<string>();
  const keepsColours = steps.some(
    ({ transform, options }) => transform === 'colourspace' && options['space'] !== 'srgb',
  );
  // Only JPEG uploads have a gain map: `source` therefore means JPEG here.
  const written = variantSettings({ steps }, { format: 'jpeg', sheetOf: 'jpeg' });
  const hasGainMap = keepsGainMap(written);
  let analysed: string | undefined;
  let worked: string | undefined;
  let shown: string | undefined;
  steps.forEach((step, index) => {
    const { transform } = step;
    const refuse = (message: string) =>
      context.addIssue({ code: 'custom', path: [index], message });
    const kind = find(transform)?.kind;
    if (kind === 'setting' || kind === 'facts' || kind === 'join') {
      if (said.has(transform)) refuse(`a variant can use ${transform} only once`);
      said.add(transform);
    }
    if (kind === 'join' && analysed !== undefined)
      refuse(`${analysed} before ${transform} would see many pictures: move it after ${transform}`);
    if (kind === 'facts') analysed ??= transform;
    if (kind !== 'setting' && said.has('encode')) {
      refuse(`${transform} comes after encode, which writes the file: move encode to the end`);
    }
    if (isDisplayStep(step)) {
      if (worked !== undefined)
        refuse(`${transform} shows the values of the file: move it before ${worked}`);
      if (shown !== undefined && shown !== transform)
        refuse(
          `a variant can show the values of the file only once: remove ${shown} or ${transform}`,
        );
      shown = transform;
    } else if (kind !== 'setting' && !isUpright(step)) worked ??= transform;
    const why = hasGainMap && kind ? gainMapConflict(step, kind) : undefined;
    if (why) refuse(why);
    if (kind === 'raw' && keepsColours) {
      refuse(`${transform} works on 8-bit sRGB pixels, which require colourspace: srgb`);
    }
  });
}
