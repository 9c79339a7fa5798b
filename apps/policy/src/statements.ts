import {
  BUCKET_POLICY,
  IAM_POLICY,
  KEY,
  KEY_POLICY,
  QUEUE,
  QUEUE_POLICY,
  ROLE,
  ROLE_POLICY,
  TOPIC,
  TOPIC_POLICY,
} from './resource-types.ts';
import type { Resource, Stack } from './stack.ts';

/** A statement of a policy, with lists where IAM allows one or many. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** `*`, or `Service: s3.amazonaws.com` and the like; empty in a role's own policy. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator and key, for example `ArnEquals aws:SourceArn`, to values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

/** The property of each resource type that holds a policy. */
const POLICY_PROPERTIES: Readonly<Record<string, string>> = {
  [ROLE]: 'assumeRolePolicy',
  [ROLE_POLICY]: 'policy',
  [IAM_POLICY]: 'policy',
  [BUCKET_POLICY]: 'policy',
  [QUEUE]: 'policy',
  [QUEUE_POLICY]: 'policy',
  [TOPIC]: 'policy',
  [TOPIC_POLICY]: 'policy',
  [KEY]: 'policy',
  [KEY_POLICY]: 'policy',
};

export function hasPolicy({ type }: Resource): boolean {
  return type in POLICY_PROPERTIES;
}

/**
 * The statements that apply to a resource because of its own policy property.
 *
 * The provider also reports policies that the program did not write: a topic's `policy` is AWS's default until a
 * `TopicPolicy` replaces it. The result contains neither a replaced policy nor the default statement.
 */
export function effectiveStatements(resource: Resource, stack: Stack): Statement[] {
  if (resource.type !== TOPIC) return statementsOf(resource);
  if (stack.about(resource, TOPIC_POLICY, 'arn').length > 0) return [];
  return statementsOf(resource).filter((statement) => !isTopicDefault(statement));
}

/** What the account that owns a topic may do by AWS's default policy. `Receive` occurs on old topics. */
const TOPIC_DEFAULTS = new Set(
  [
    ...['GetTopicAttributes', 'SetTopicAttributes', 'AddPermission', 'RemovePermission'],
    ...['DeleteTopic', 'Subscribe', 'ListSubscriptionsByTopic', 'Publish', 'Receive'],
  ].map((action) => `sns:${action.toLowerCase()}`),
);

/** The statement `__default_statement_ID`: everybody, if the account that owns the topic is the caller's. */
function isTopicDefault({ effect, principals, actions, conditions }: Statement): boolean {
  const [condition = '', ...others] = Object.keys(conditions);
  return (
    effect === 'Allow' &&
    principals.join() === '*' &&
    actions.every((action) => TOPIC_DEFAULTS.has(action.toLowerCase())) &&
    others.length === 0 &&
    condition.toLowerCase() === 'stringequals aws:sourceowner' &&
    conditions[condition]?.length === 1 &&
    /^\d{12}$/.test(conditions[condition][0] ?? '')
  );
}

/** The statements of the policy that a resource carries; none where it carries none. */
function statementsOf({ type, properties }: Resource): Statement[] {
  const value = properties[POLICY_PROPERTIES[type] ?? ''];
  if (value === undefined || value === null || value === '') return [];
  const document = (typeof value === 'string' ? JSON.parse(value) : value) as {
    Statement: Raw | Raw[];
  };
  return [document.Statement].flat().map(readStatement);
}

type OneOrMore = string | readonly string[];
interface Raw {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore>>;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** Everything but a few is as good as everything: `NotAction` and `NotResource` count as `*`. */
function readStatement({ Effect, Principal = {}, Condition = {}, ...raw }: Raw): Statement {
  return {
    effect: Effect,
    principals:
      Principal === '*'
        ? ['*']
        : Object.entries(Principal).flatMap(([kind, names]) =>
            [names].flat().map((name) => (name === '*' ? '*' : `${kind}: ${name}`)),
          ),
    actions: raw.NotAction === undefined ? [raw.Action ?? []].flat() : ['*'],
    resources: raw.NotResource === undefined ? [raw.Resource ?? []].flat() : ['*'],
    conditions: Object.fromEntries(
      Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => [`${operator} ${key}`, [values].flat()]),
      ),
    ),
  };
}
