import {
  runSimulation,
  type Simulation,
  type SuccessfulRunSimulationResults,
} from '@cloud-copilot/iam-simulate';
import type { IamRequest } from './iam-request.ts';
import type { AttachedPolicy } from './policies.ts';

/**
 * Whether AWS would allow a request, by an evaluator that others wrote (`@cloud-copilot/iam-simulate`): identity and
 * resource policies with their conditions, denials first, KMS's own rules for key policies.
 *
 * @throws Error where the evaluator refuses the request or a policy as such: an unknown action or condition key, a wrong
 *   ARN, bad grammar
 */
export async function isAllowed(
  request: IamRequest,
  policies: readonly AttachedPolicy[],
): Promise<boolean> {
  const { principal, action, resource } = request;
  const role = roleOf(principal);
  const resourcePolicy = policies.filter(
    ({ kind, of }) => kind !== 'identity' && owns(of, resource),
  );
  const simulation: Simulation = {
    request: {
      ...{ principal, action },
      resource: { resource, accountId: accountOf(request) },
      contextVariables: known({ 'aws:SecureTransport': 'true', ...request.context }),
    },
    identityPolicies: policies
      .filter(({ kind, of }) => kind === 'identity' && of === role)
      .map(({ name, statements }) => ({ name, policy: document(statements) })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(resourcePolicy.length > 0 && {
      resourcePolicy: document(resourcePolicy.flatMap(({ statements }) => statements)),
    }),
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error')
    throw new Error(`${action} ${resource}: ${JSON.stringify(result.errors)}`);
  const ignored = ignoredKeys(result);
  if (ignored.length > 0)
    throw new Error(`${action} ${resource}: nothing is known of ${ignored.join(', ')}`);
  return result.overallResult === 'Allowed';
}

function ignoredKeys(result: SuccessfulRunSimulationResults): string[] {
  const results = result.resultType === 'single' ? [result.result] : result.results;
  return results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys);
}

function document(statements: AttachedPolicy['statements']) {
  return known({ Version: '2012-10-17', Statement: statements });
}

/**
 * The evaluator does not know the condition keys `kms:EncryptionContext:…`, whose names are free. In policies and requests
 * they are replaced by another key with free names.
 */
function known<T>(value: T): T {
  const text = JSON.stringify(value).replaceAll(
    /"kms:EncryptionContext:([^"]+)"/g,
    (_, name: string) => `"aws:PrincipalTag/${name.replaceAll(':', '-')}"`,
  );
  return JSON.parse(text) as T;
}

/** The policy of a bucket also applies to its objects. */
function owns(owner: string, resource: string): boolean {
  return resource === owner || resource.startsWith(`${owner}/`);
}

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` */
export function sessionOf(roleArn: string): string {
  return `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/function`;
}

function roleOf(principal: string): string | undefined {
  const [, start, role] = /^(.+):assumed-role\/(.+)\/[^/]+$/.exec(principal) ?? [];
  return start && `${start.replace(':sts:', ':iam:')}:role/${role}`;
}

/** Buckets' ARNs name no account: everything is in one. */
function accountOf({ principal, resource, context }: IamRequest): string {
  return (
    resource.split(':')[4] ||
    principal.split(':')[4] ||
    context['aws:SourceAccount'] ||
    '000000000000'
  );
}
