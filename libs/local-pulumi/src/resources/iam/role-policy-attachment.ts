import { z } from 'zod';
import { WHY } from '../not-emulated.ts';
import { stateOnly } from '../state-only.ts';

export const rolePolicyAttachment = stateOnly({
  type: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
  why: WHY.permissions,
  inputs: { role: z.string(), policyArn: z.string() },
  replaceOn: ['role', 'policyArn'],
  describe: ({ role, policyArn }) => ({ id: `${role}/${policyArn}`, outputs: {} }),
});
