import { createHash, randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { DeploymentError } from './deployment-error.ts';
import type { AutoName, HandlerContext, ResourceHandler } from './handler.ts';
import { isObject, type Properties, type Value } from './properties.ts';

export interface Checked {
  /** Defaults and automatic name filled in. */
  inputs: Properties;
  /** Whether the physical name is ours. */
  autoNamed: boolean;
  /** What was set and has no effect here: property → why. */
  ignored: Readonly<Record<string, string>>;
}

/**
 * A provider's Check: names what has no name, fills in defaults, refuses what it does not know.
 *
 * @param names `previousName` is the automatic name of an earlier start, which is kept. Otherwise the digits of a new
 *   name come from `seed`, or are random without it
 * @throws DeploymentError `INPUT_INVALID` that names each wrong property
 */
export function check<Context extends HandlerContext>(
  handler: ResourceHandler<Context>,
  name: string,
  raw: Properties,
  { previousName, seed }: { previousName?: string | undefined; seed?: string | undefined },
): Checked {
  const ignoredInputs = handler.ignoredInputs ?? {};
  const given = Object.entries(raw).filter(([, value]) => value !== null);
  const ignored = given.filter(([key]) => key in ignoredInputs);
  const understood: Record<string, Value> = Object.fromEntries(
    given.filter(([key]) => !(key in ignoredInputs)),
  );
  const rule = handler.autoName;
  const autoNamed = rule !== undefined && understood[rule.property] === undefined;
  if (autoNamed) understood[rule.property] = previousName ?? autoName(rule, name, understood, seed);
  const result = handler.inputs.safeParse(understood);
  if (!result.success) {
    throw new DeploymentError('INPUT_INVALID', result.error.issues.map(problemOf).join('; '));
  }
  return {
    inputs: { ...Object.fromEntries(ignored), ...withoutUndefined(result.data as Properties) },
    autoNamed,
    ignored: {
      ...Object.fromEntries(ignored.map(([key]) => [key, ignoredInputs[key] ?? ''])),
      ...handler.ignoredValues?.(result.data),
    },
  };
}

/** What the handler may see: the inputs that its schema covers. */
export function understoodInputs<Context extends HandlerContext>(
  handler: ResourceHandler<Context>,
  inputs: Properties,
): Properties {
  const ignoredInputs = handler.ignoredInputs ?? {};
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !(key in ignoredInputs)));
}

function problemOf(issue: z.core.$ZodIssue): string {
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const where = at === '' ? '' : ` in "${at}"`;
    return `property ${issue.keys.map((key) => `"${key}"`).join(', ')}${where} is unknown to the local engine`;
  }
  const message =
    issue.code === 'invalid_key'
      ? issue.issues.map(({ message }) => message).join(', ')
      : issue.message;
  return at === '' ? message : `"${at}": ${message}`;
}

function withoutUndefined(values: Properties): Properties {
  const clean = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(clean);
    return isObject(value) ? withoutUndefined(value) : value;
  };
  return Object.fromEntries(
    Object.entries(values as Record<string, Value | undefined>).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, clean(value)]],
    ),
  );
}

/** Random hex digits after the name, as many as Pulumi's own auto-naming takes. */
const DIGITS = 7;

/**
 * `NAME-` and 7 hex digits, as Pulumi names resources (Pulumi documentation, "Autonaming").
 *
 * @param seed the digits are a hash of it; random without it
 *
 * @throws DeploymentError `INPUT_INVALID` when the service takes no name as long as that.
 */
export function autoName(
  rule: AutoName,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  seed?: string,
): string {
  const hex = seed === undefined ? randomBytes(4) : createHash('sha256').update(seed).digest();
  const digits = hex.toString('hex').slice(0, DIGITS);
  const base = rule.lowerCase ? name.toLowerCase() : name;
  const full = `${rule.prefix ?? ''}${base}-${digits}${rule.suffix?.(inputs) ?? ''}`;
  if (full.length > rule.maxLength) {
    throw new DeploymentError(
      'INPUT_INVALID',
      `"${full}" has ${full.length} characters, ${rule.maxLength} are allowed: shorten the resource's name or set "${rule.property}"`,
    );
  }
  return full;
}
