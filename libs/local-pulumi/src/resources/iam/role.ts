import { z } from 'zod';
import { policyText } from '../json-text.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const role = stateOnly({
  type: 'aws:iam/role:Role',
  why: WHY.permissions,
  inputs: {
    name: z.string().regex(/^[\w+=,.@-]{1,64}$/, 'is no role name'),
    assumeRolePolicy: policyText,
    path: z.string().default('/'),
    ...anything('description', 'forceDetachPolicies', 'inlinePolicies', 'managedPolicyArns'),
    ...anything('maxSessionDuration', 'permissionsBoundary'),
  },
  ignoredInputs: { tags: COMMON_IGNORED.tags },
  autoName: { property: 'name', maxLength: 64 },
  replaceOn: ['name', 'path'],
  describe: ({ name, path }, { accountId }) => ({
    id: name,
    outputs: { arn: `arn:aws:iam::${accountId}:role${path}${name}`, tagsAll: {} },
  }),
});
