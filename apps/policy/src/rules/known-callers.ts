import type { Rule } from '../rule.ts';
import { hasPolicy, statementsOf } from '../statements.ts';
import { ROLE } from '../types.ts';

/** Each ties a service's call to a resource or account of ours (IAM user guide, "The confused deputy problem"). */
const ON_BEHALF = /aws:Source(?:Arn|Account)$|kms:EncryptionContext:/i;

export const knownCallers: Rule = {
  name: 'known-callers',
  description:
    'Nobody is let in by a policy of a resource but accounts and services by name, and services only on behalf of resources of ours.',
  of: hasPolicy,
  problem(resource) {
    for (const { effect, principals, conditions } of statementsOf(resource)) {
      if (effect === 'Deny') continue;
      if (principals.includes('*')) return 'lets everybody in';
      // Who may assume a role is the service itself; it does so for functions that name the role (`iam:PassRole`).
      if (resource.type === ROLE) continue;
      const service = principals.find((principal) => principal.startsWith('Service: '));
      const isBound = Object.keys(conditions).some((condition) => ON_BEHALF.test(condition));
      if (service !== undefined && !isBound)
        return `lets ${service.replace('Service: ', '')} in, on whoever’s behalf`;
    }
    return undefined;
  },
};
