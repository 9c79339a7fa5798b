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

/** Names of a strict object's options; of a union by `format` and the like, those of the member that was meant. */
function allowedOptions(schema: z.core.$ZodType, given: unknown): readonly string[] {
  const def = schema._zod.def as unknown as Readonly<Record<string, unknown>>;
  if (def['type'] === 'object') return Object.keys(def['shape'] as object);
  if (def['type'] === 'union') {
    const discriminator = def['discriminator'] as string | undefined;
    const wanted = discriminator === undefined ? undefined : at(given, [discriminator]);
    const members = def['options'] as readonly z.core.$ZodType[];
    const meant = members.find((member) => {
      const shape = (member._zod.def as { shape?: Readonly<Record<string, z.core.$ZodType>> })
        .shape;
      const literal = discriminator === undefined ? undefined : shape?.[discriminator];
      return literal?._zod.values?.has(wanted as string) ?? false;
    });
    return meant ? allowedOptions(meant, given) : [];
  }
  return [];
}

/** Turns a schema's issues into messages that say what was given and what is allowed. */
export function optionProblems(
  schema: z.ZodType,
  given: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly OptionProblem[] {
  return issues.flatMap((issue): OptionProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      const allowed = issue.path.length === 0 ? allowedOptions(schema, given) : [];
      const instead = allowed.length > 0 ? `; allowed: ${allowed.join(', ')}` : '';
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: `unknown option ${JSON.stringify(key)}${instead}`,
      }));
    }
    const value = at(given, issue.path);
    const shown = issue.path.length > 0 ? `, got ${show(value)}` : '';
    return [{ path: issue.path, message: `${issue.message}${shown}` }];
  });
}
