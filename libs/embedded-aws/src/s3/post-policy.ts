/** POST policies (API reference, "POST Policy"): what a form upload has to satisfy. */
import { accessDenied, entityTooLarge, entityTooSmall, invalidRequest } from './errors.ts';

/** Values of a form by lower-case field name, with variables expanded. */
export type FormFields = ReadonlyMap<string, string>;

type Condition =
  | { readonly kind: 'eq' | 'starts-with'; readonly field: string; readonly value: string }
  | { readonly kind: 'content-length-range'; readonly min: number; readonly max: number };

/** Fields that no condition has to name. `x-ignore-…` fields are exempt too. */
const EXEMPT = ['awsaccesskeyid', 'signature', 'x-amz-signature', 'file', 'policy'];

/**
 * Checks expiry, then every condition, then that no field is without a condition. The signature
 * is not verified: the embedded AWS accepts any credentials.
 *
 * @param encoded the form's `policy` field, in base64
 * @param bytes size of the file
 * @throws InvalidPolicyDocument, AccessDenied, EntityTooLarge, EntityTooSmall
 */
export function checkPostPolicy(
  encoded: string,
  fields: FormFields,
  bucket: string,
  bytes: number,
): void {
  const { expiration, conditions } = parsePolicy(encoded);
  if (Date.now() > expiration) throw accessDenied('Invalid according to Policy: Policy expired.');
  const all = new Map([...fields, ['bucket', bucket]]);
  for (const condition of conditions) {
    if (condition.kind === 'content-length-range') {
      if (bytes > condition.max) throw entityTooLarge(bytes, condition.max);
      if (bytes < condition.min) throw entityTooSmall(bytes, condition.min);
    } else if (!holds(condition, all.get(condition.field))) {
      const { kind, field, value } = condition;
      const text = JSON.stringify([kind, `$${field}`, value]);
      throw accessDenied(`Invalid according to Policy: Policy Condition failed: ${text}`);
    }
  }
  const named = conditions.flatMap((one) => ('field' in one ? [one.field] : []));
  const extra = [...fields.keys()].find(
    (name) => !named.includes(name) && !EXEMPT.includes(name) && !name.startsWith('x-ignore-'),
  );
  if (extra !== undefined) {
    throw accessDenied(`Invalid according to Policy: Extra input fields: ${extra}`);
  }
}

/** A Content-Type may be a list: then every item has to start with the value. */
function holds(
  { kind, field, value }: Extract<Condition, { field: string }>,
  actual: string | undefined,
): boolean {
  if (kind === 'eq') return actual === value;
  const items = field === 'content-type' ? (actual ?? '').split(',') : [actual ?? ''];
  return items.every((item) => item.trim().startsWith(value));
}

function parsePolicy(encoded: string): { expiration: number; conditions: Condition[] } {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw invalidPolicy('Invalid JSON.');
  }
  const { expiration, conditions } = (document ?? {}) as Record<string, unknown>;
  const time = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(time)) throw invalidPolicy('Invalid or missing expiration.');
  if (!Array.isArray(conditions)) throw invalidPolicy('Missing conditions.');
  return { expiration: time, conditions: conditions.flatMap(parseCondition) };
}

function parseCondition(condition: unknown): Condition[] {
  if (Array.isArray(condition)) return [parseList(condition)];
  if (condition === null || typeof condition !== 'object') throw invalidCondition(condition);
  return Object.entries(condition).map(([field, value]) => {
    if (typeof value !== 'string') throw invalidCondition(condition);
    return { kind: 'eq', field: field.toLowerCase(), value };
  });
}

function parseList(condition: readonly unknown[]): Condition {
  const [kind, first, second] = condition;
  const operator = typeof kind === 'string' ? kind.toLowerCase() : '';
  if (operator === 'content-length-range') {
    const [min, max] = [Number(first), Number(second)];
    if (Number.isInteger(min) && Number.isInteger(max) && min >= 0 && condition.length === 3) {
      return { kind: operator, min, max };
    }
  } else if (operator === 'eq' || operator === 'starts-with') {
    if (typeof first === 'string' && first.startsWith('$') && typeof second === 'string') {
      return { kind: operator, field: first.slice(1).toLowerCase(), value: second };
    }
  }
  throw invalidCondition(condition);
}

function invalidCondition(condition: unknown): Error {
  return invalidPolicy(`Invalid condition: ${JSON.stringify(condition)}`);
}

function invalidPolicy(detail: string): Error {
  return invalidRequest(`Invalid Policy: ${detail}`, 'InvalidPolicyDocument');
}
