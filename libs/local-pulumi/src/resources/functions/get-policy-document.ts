import { z } from 'zod';
import type { FunctionHandler, Properties } from '../../engine/index.ts';
import type { AwsContext } from '../context.ts';

const texts = z.array(z.string()).optional();
const principals = z
  .array(z.strictObject({ type: z.string(), identifiers: z.array(z.string()) }))
  .optional();
const statement = z.strictObject({
  sid: z.string().optional(),
  effect: z.enum(['Allow', 'Deny']).default('Allow'),
  actions: texts,
  notActions: texts,
  resources: texts,
  notResources: texts,
  principals,
  notPrincipals: principals,
  conditions: z
    .array(z.strictObject({ test: z.string(), variable: z.string(), values: z.array(z.string()) }))
    .optional(),
});
/** Without the provider's merging of several documents: those arguments are unknown, and so refused. */
const args = z.strictObject({
  policyId: z.string().optional(),
  version: z.string().default('2012-10-17'),
  statements: z.array(statement).default([]),
});

export const getPolicyDocument: FunctionHandler<AwsContext> = {
  token: 'aws:iam/getPolicyDocument:getPolicyDocument',
  invoke(raw): Properties {
    const { policyId, version, statements } = args.parse(raw);
    const document = {
      Version: version,
      ...(policyId !== undefined && { Id: policyId }),
      Statement: statements.map(toJson),
    };
    return {
      ...raw,
      id: 'local',
      json: JSON.stringify(document, undefined, 2),
      minifiedJson: JSON.stringify(document),
    };
  },
};

function toJson(input: z.output<typeof statement>) {
  return {
    Sid: input.sid,
    Effect: input.effect,
    Action: oneOrMore(input.actions),
    NotAction: oneOrMore(input.notActions),
    Resource: oneOrMore(input.resources),
    NotResource: oneOrMore(input.notResources),
    Principal: principalsOf(input.principals),
    NotPrincipal: principalsOf(input.notPrincipals),
    Condition: input.conditions && conditionsOf(input.conditions),
  };
}

function oneOrMore(values: string[] | undefined): string | string[] | undefined {
  return values?.length === 1 ? values[0] : values;
}

function principalsOf(list: z.output<typeof principals>) {
  if (list?.some(({ type }) => type === '*')) return '*';
  return (
    list && Object.fromEntries(list.map(({ type, identifiers }) => [type, oneOrMore(identifiers)]))
  );
}

function conditionsOf(list: NonNullable<z.output<typeof statement>['conditions']>) {
  const conditions: Record<string, Record<string, string | string[] | undefined>> = {};
  for (const { test, variable, values } of list) {
    conditions[test] = { ...conditions[test], [variable]: oneOrMore(values) };
  }
  return conditions;
}
