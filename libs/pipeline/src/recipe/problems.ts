import * as z from 'zod';
import { toDotPath } from 'zod/v4/core';

const MAX_SHOWN = 80;

function show(value: unknown): string {
  // JSON has no word for NaN and the infinities, which YAML can write.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** Zod's kinds of values in the words of the reference pages: who writes YAML knows no arrays and objects. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** A value that is too long to be shown, or has nothing to show. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : 'a map';
}

function isShort(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** What Zod's own messages leave unsaid. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  const { code, input, inst } = issue;
  if (code === 'invalid_type') {
    const expected = KINDS[issue.expected] ?? issue.expected;
    if (input === undefined) return `is missing: expected ${expected}`;
    return `expected ${expected}${isShort(input) ? '' : `, got ${kindOf(input)}`}`;
  }
  if (code === 'unrecognized_keys' && inst instanceof z.ZodObject)
    return `unknown key; allowed: ${Object.keys(inst.shape).join(', ')}`;
  return undefined;
}

/** For a union without a matching member: the issues of the only member with the right kind. */
function insideUnion({ path, errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const meant = errors.filter((issues) =>
    issues.every(({ path: inner, code }) => inner.length > 0 || code === 'unrecognized_keys'),
  );
  return meant.length === 1
    ? meant.flat().map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
    : [];
}

/** Names of the recipe and the variant that a path leads through: people know them by name, not by number. */
function namesOn(path: readonly PropertyKey[], whole: unknown): string {
  const names: string[] = [];
  let value = whole;
  for (let depth = 0; typeof value === 'object' && value !== null; depth++) {
    const { name } = value as { name?: unknown };
    const key = path[depth];
    const isRecipe = 'variants' in value || key === 'variants';
    const what = isRecipe ? 'recipe' : path[depth - 2] === 'variants' ? 'variant' : undefined;
    if (what && typeof name === 'string' && key !== 'name') names.push(`${what} ${show(name)}`);
    value = key === undefined ? undefined : (value as Record<PropertyKey, unknown>)[key];
  }
  return names.length > 0 ? ` (${names.join(', ')})` : '';
}

/** A problem of a value. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  /** With the value, if it is short and not in the message. */
  readonly message: string;
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const { code, path, message, input } = issue;
  if (code === 'invalid_union') {
    const inside = insideUnion(issue);
    if (inside.length > 0) return inside.flatMap(problemsOf);
  }
  if (code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message }));
  const isShown = code !== 'custom' && isShort(input);
  return [{ path, message: `${message}${isShown ? `, got ${show(input)}` : ''}` }];
}

function lineOf({ path, message }: Problem): string {
  return `${path.length > 0 ? `${toDotPath([...path])}: ` : ''}${message}`;
}

export type Checked<T> =
  | { readonly ok: true; readonly data: T }
  /** `problems`: one line each, `recipes[0].variants[1].steps[0].resize.widht: …`, with the allowed values. */
  | {
      readonly ok: false;
      readonly problems: string;
      readonly list: readonly Problem[];
      readonly cause: z.ZodError;
    };

/**
 * Validates the input and reports all problems, not only the first.
 *
 * @param whole what the problems' paths lead through, where the schema reads texts inside the input
 */
export function check<T>(
  schema: z.ZodType<T>,
  input: unknown,
  whole: () => unknown = () => input,
): Checked<T> {
  const { data, error } = schema.safeParse(input, { error: describe, reportInput: true });
  if (!error) return { ok: true, data };
  const read = whole();
  const list = error.issues.flatMap((issue) => problemsOf(issue));
  const problems = error.issues.flatMap((issue) =>
    problemsOf(issue).map((problem) => `  ${lineOf(problem)}${namesOn(issue.path, read)}`),
  );
  return { ok: false, problems: problems.join('\n'), list, cause: error };
}
