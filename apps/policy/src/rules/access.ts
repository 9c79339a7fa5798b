import {
  BUCKET,
  BUCKET_ACL,
  KEY,
  KEY_POLICY,
  OWNERSHIP,
  PUBLIC_ACCESS_BLOCK,
  ROLE,
} from '../resource-types.ts';
import type { Rule } from '../rule.ts';
import { valuesAt } from '../stack.ts';
import { effectiveStatements, hasPolicy, type Statement } from '../statements.ts';

const BLOCKS = [
  'blockPublicAcls',
  'blockPublicPolicy',
  'ignorePublicAcls',
  'restrictPublicBuckets',
];

export const privateBuckets: Rule = {
  name: 'private-buckets',
  description:
    'Every bucket blocks all public access, belongs to its account alone and has no access control list.',
  of: [BUCKET, BUCKET_ACL],
  problem(resource, stack) {
    if (resource.type === BUCKET_ACL) return 'sets an access control list';
    const blocks = stack.about(resource, PUBLIC_ACCESS_BLOCK, 'bucket');
    const open = BLOCKS.filter(
      (block) => !blocks.some(({ properties }) => properties[block] === true),
    );
    if (open.length > 0) return `does not block public access: ${open.join(', ')}`;
    const owners = stack
      .about(resource, OWNERSHIP, 'bucket')
      .flatMap(({ properties }) => valuesAt(properties, 'rule', 'objectOwnership'));
    return owners.includes('BucketOwnerEnforced') ? undefined : 'may hold objects of other owners';
  },
};

/** Each ties a service's call to a resource or account of ours (IAM user guide, "The confused deputy problem"). */
const ON_BEHALF = /aws:Source(?:Arn|Account)$|kms:EncryptionContext:/i;

export const knownCallers: Rule = {
  name: 'known-callers',
  description:
    'Nobody is let in by a policy of a resource but accounts and services by name, and services only on behalf of resources of ours.',
  of: hasPolicy,
  problem(resource, stack) {
    for (const { effect, principals, conditions } of effectiveStatements(resource, stack)) {
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

/** Whole name of an action. IAM compares actions without case. */
const ACTION = /^[a-z0-9-]+:[a-z0-9]+$/i;

export const exactActions: Rule = {
  name: 'exact-actions',
  description: 'What a policy allows it names action by action: no wildcards.',
  of: hasPolicy,
  problem(resource, stack) {
    const isOfKey = [KEY, KEY_POLICY].includes(resource.type);
    const inexact = effectiveStatements(resource, stack)
      .filter(({ effect }) => effect === 'Allow')
      .filter((statement) => !(isOfKey && letsAccountDecide(statement)))
      .flatMap(({ actions }) => actions)
      .find((action) => !ACTION.test(action));
    return inexact === undefined ? undefined : `allows ${inexact}`;
  },
};

/** Without it the key becomes unmanageable (KMS developer guide, "Default key policy"). */
export function letsAccountDecide({ principals, actions }: Statement): boolean {
  return (
    actions.join().toLowerCase() === 'kms:*' &&
    principals.length === 1 &&
    /^AWS: arn:aws[\w-]*:iam::\d{12}:root$/.test(principals[0] ?? '')
  );
}

/** Actions that know no resources, in lower case: AWS takes `*` alone (Service Authorization Reference, page of the service). */
const WITHOUT_RESOURCES: ReadonlySet<string> = new Set([
  'xray:puttracesegments',
  'xray:puttelemetryrecords',
  // Of a function in a VPC: Lambda checks them without a resource.
  'ec2:createnetworkinterface',
  'ec2:describenetworkinterfaces',
  'ec2:describesubnets',
  'ec2:deletenetworkinterface',
  'ec2:assignprivateipaddresses',
  'ec2:unassignprivateipaddresses',
]);
/** Whole names. A `*` is allowed below a complete name only: objects of a bucket, streams of a log group, versions. */
const RESOURCES: readonly RegExp[] = [
  /^arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:[^*?]+$/,
  /^arn:aws[\w-]*:s3:::[^*?/]+\/[^?]+$/,
  /^arn:aws[\w-]*:logs:[a-z0-9-]+:\d+:log-group:[^*?:]+:\*$/,
  /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d+:function:[^*?:]+:\*$/,
];

export const exactResources: Rule = {
  name: 'exact-resources',
  description:
    'What a policy allows it allows on named resources, except for actions that know none.',
  of: hasPolicy,
  problem(resource, stack) {
    // In a key's policy, `*` is the key: nothing else can be written there.
    const isOfKey = [KEY, KEY_POLICY].includes(resource.type);
    for (const { effect, actions, resources } of effectiveStatements(resource, stack)) {
      if (effect === 'Deny') continue;
      const known = actions.filter((action) => !WITHOUT_RESOURCES.has(action.toLowerCase()));
      const inexact = resources.find(
        (one) =>
          !RESOURCES.some((pattern) => pattern.test(one)) &&
          !(one === '*' && (isOfKey || known.length === 0)),
      );
      if (inexact !== undefined) return `allows ${known.join(', ')} on ${inexact}`;
    }
    return undefined;
  },
};
