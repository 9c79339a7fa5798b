import { z } from 'zod';

/** A call by an AWS service, as a resource's policy sees it. */
export interface ServiceCall {
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** Condition keys and their values. */
  readonly conditions: Readonly<Record<string, string>>;
}

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const statement = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMore)]).optional(),
  Action: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  Condition: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z
          .union([z.string(), z.boolean(), z.array(z.union([z.string(), z.boolean()]))])
          .transform((value) => [value].flat().map(String)),
      ),
    )
    .default({}),
});
type Statement = z.output<typeof statement>;
const policy = z.looseObject({
  Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
});

/**
 * Whether a resource's policy lets a service make a call: some statement allows it and none denies it (IAM user
 * guide, "Policy evaluation logic"). Unsupported elements (`NotAction`, other condition operators or
 * keys) do not match, so an `Allow` with them does not count.
 *
 * @param text the policy document; undefined without a policy
 */
export function allows(text: string | undefined, call: ServiceCall): boolean {
  if (text === undefined || text === '') return false;
  const parsed = policy.safeParse(JSON.parse(text));
  if (!parsed.success) return false;
  const matching = parsed.data.Statement.filter((candidate) => matches(candidate, call));
  return (
    matching.some(({ Effect }) => Effect === 'Allow') &&
    matching.every(({ Effect }) => Effect !== 'Deny')
  );
}

function matches({ Principal, Action, Resource, Condition }: Statement, call: ServiceCall) {
  const principals =
    Principal === '*' ? ['*'] : (Principal?.['Service'] ?? Principal?.['AWS'] ?? []);
  return (
    principals.some((name) => name === '*' || name === call.service) &&
    (Action ?? []).some((pattern) => like(pattern.toLowerCase(), call.action.toLowerCase())) &&
    (Resource ?? []).some((pattern) => like(pattern, call.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, key, values, call)),
    )
  );
}

/** IAM JSON policy elements: Condition operators. Keys are not case-sensitive. */
const OPERATORS: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringEqualsIgnoreCase: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
  StringLike: like,
  // For ARNs the two behave the same.
  ArnEquals: like,
  ArnLike: like,
  Bool: (pattern, value) => pattern.toLowerCase() === value,
};

function holds(operator: string, key: string, values: string[], { conditions }: ServiceCall) {
  const known = Object.entries(conditions).find(
    ([name]) => name.toLowerCase() === key.toLowerCase(),
  );
  const test = OPERATORS[operator];
  if (!known || !test) return false;
  return values.some((pattern) => test(pattern, known[1]));
}

/** `*` is any text, `?` any character. */
function like(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[\\^$+.()|{}[\]]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(value);
}
