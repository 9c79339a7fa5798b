import { describe, type IamRequest } from './iam-request.ts';
import type { AttachedPolicy, Statement } from './policies.ts';
import { isAllowed } from './simulate.ts';

/** @returns requests that the policies refuse */
export async function missingPermissions(
  requests: readonly IamRequest[],
  policies: readonly AttachedPolicy[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const request of requests)
    if (!(await isAllowed(request, policies))) missing.push(describe(request));
  return missing;
}

/**
 * Finds grants that no request needs. It removes each action of each resource from its policy, one at a time. The grant
 * is excess if all requests are still allowed.
 */
export async function excessPermissions(
  requests: readonly IamRequest[],
  policies: readonly AttachedPolicy[],
): Promise<string[]> {
  const allowed: IamRequest[] = [];
  for (const request of requests) if (await isAllowed(request, policies)) allowed.push(request);
  const excess: string[] = [];
  for (const grant of grantsOf(policies))
    if (!(await isNeeded(grant, allowed, policies)))
      excess.push(`${grant.policy.name}: ${grant.action} ${grant.resource ?? ''}`.trim());
  return excess;
}

/** @param allowed requests that the policies with the grant allow */
export async function isNeeded(
  grant: Grant,
  allowed: readonly IamRequest[],
  policies: readonly AttachedPolicy[],
): Promise<boolean> {
  const without = replace(policies, grant, remainder(grant));
  for (const request of allowed) {
    // All others are decided as before.
    if (!matches(grant.action, request.action)) continue;
    if (!(await isAllowed(request, without))) return true;
  }
  return false;
}

/** One action of one statement on one of its resources. */
export interface Grant {
  readonly policy: AttachedPolicy;
  readonly statement: Statement;
  readonly action: string;
  /** In a role's trust policy, the role is the resource. */
  readonly resource?: string;
}

export function grantsOf(policies: readonly AttachedPolicy[]): Grant[] {
  return policies.flatMap((policy) =>
    policy.statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap((statement) =>
        list(statement.Action).flatMap((action): Grant[] =>
          statement.Resource === undefined
            ? [{ policy, statement, action }]
            : list(statement.Resource).map((resource) => ({ policy, statement, action, resource })),
        ),
      ),
  );
}

/** The statement without this action on this resource, in as many statements as that takes. */
export function remainder({ statement, action, resource }: Grant): Statement[] {
  const actions = list(statement.Action).filter((one) => one !== action);
  const resources = list(statement.Resource ?? []).filter((one) => one !== resource);
  const { Sid: _, ...nameless } = statement;
  return [
    ...(actions.length > 0 ? [{ ...nameless, Action: actions }] : []),
    ...(resources.length > 0 ? [{ ...nameless, Action: [action], Resource: resources }] : []),
  ];
}

/** The policies with one statement exchanged for others. */
export function replace(
  policies: readonly AttachedPolicy[],
  { policy, statement }: Pick<Grant, 'policy' | 'statement'>,
  by: readonly Statement[],
): AttachedPolicy[] {
  const changed = {
    ...policy,
    statements: policy.statements.flatMap((one) => (one === statement ? by : [one])),
  };
  return policies.map((one) => (one === policy ? changed : one));
}

/** Actions may contain `*` and ignore case. */
function matches(pattern: string, action: string): boolean {
  const expression = pattern.replaceAll('*', '.*');
  return new RegExp(`^${expression}$`, 'i').test(action);
}

function list(value: string | readonly string[]): readonly string[] {
  return [value].flat();
}
