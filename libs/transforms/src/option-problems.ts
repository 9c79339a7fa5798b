import type { z } from 'zod';

/** One thing that is wrong with a step, with its path inside the step's options. */
export interface OptionProblem {
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

/** What Zod's own messages leave unsaid, for `safeParse`. */
export function optionError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `is missing: expected ${issue.expected}`;
  if (issue.code !== 'unrecognized_keys') return undefined;
  const { shape = {} } = issue.inst?._zod.def as { shape?: object };
  const allowed = Object.keys(shape);
  return allowed.length > 0 ? `allowed: ${allowed.join(', ')}` : 'there are none';
}

/** Turns issues, found with `optionError`, into messages that say what was given and what is allowed. */
export function optionProblems(
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
