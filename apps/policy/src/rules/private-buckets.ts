import { valuesAt } from '../resource.ts';
import type { Rule } from '../rule.ts';
import { BUCKET, BUCKET_ACL, OWNERSHIP, PUBLIC_ACCESS_BLOCK } from '../types.ts';

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
