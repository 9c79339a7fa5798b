import { z } from 'zod';
import { policyText } from '../json-text.ts';
import { WHY } from '../not-emulated.ts';
import { stateOnly } from '../state-only.ts';

export const rolePolicy = stateOnly({
  type: 'aws:iam/rolePolicy:RolePolicy',
  why: WHY.permissions,
  inputs: { name: z.string().max(128), role: z.string(), policy: policyText },
  autoName: { property: 'name', maxLength: 128 },
  replaceOn: ['name', 'role'],
  describe: ({ role, name }) => ({ id: `${role}:${name}`, outputs: {} }),
});
